const codes = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
} as const;

export type Colours = Readonly<Record<keyof typeof codes, (text: string) => string>>;

/** Each gives the text back as it is where there are to be no colours. */
export function createColours(isOn: boolean): Colours {
  const paint =
    ([on, off]: readonly [number, number]) =>
    (text: string) =>
      isOn ? `\u001B[${on}m${text}\u001B[${off}m` : text;
  return Object.fromEntries(Object.entries(codes).map(([name, code]) => [name, paint(code)])) as Colours;
}
