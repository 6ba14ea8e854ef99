// Letters drawn with lines, so that pictures read the same on a machine with no fonts at all, as small containers are.
// Each stroke is a list of points `xy` on a grid four wide and six high; `;` lifts the pen.
const glyphs: Readonly<Record<string, string>> = {
  A: '06 02 20 42 46;04 44',
  B: '00 06 36 45 44 33 03;33 42 41 30 00',
  C: '41 30 10 01 05 16 36 45',
  D: '00 06 26 44 42 20 00',
  E: '40 00 06 46;03 33',
  F: '40 00 06;03 33',
  G: '41 30 10 01 05 16 36 45 43 23',
  H: '00 06;40 46;03 43',
  I: '10 30;20 26;16 36',
  J: '40 45 36 16 05',
  K: '00 06;40 03 46',
  L: '00 06 46',
  M: '06 00 23 40 46',
  N: '06 00 46 40',
  O: '10 30 41 45 36 16 05 01 10',
  P: '06 00 30 41 42 33 03',
  Q: '10 30 41 45 36 16 05 01 10;34 46',
  R: '06 00 30 41 42 33 03;23 46',
  S: '41 30 10 01 02 13 33 44 45 36 16 05',
  T: '00 40;20 26',
  U: '00 05 16 36 45 40',
  V: '00 26 40',
  W: '00 16 23 36 40',
  X: '00 46;40 06',
  Y: '00 23 40;23 26',
  Z: '00 40 06 46',
  0: '10 30 41 45 36 16 05 01 10',
  1: '11 20 26;16 36',
  2: '01 10 30 41 42 06 46',
  3: '01 10 30 41 42 33 13;33 44 45 36 16 05',
  4: '36 30 04 44',
  5: '40 00 03 33 44 45 36 16 05',
  6: '41 30 10 01 05 16 36 45 44 33 03',
  7: '00 40 16',
  8: '10 30 41 42 33 13 02 01 10;13 04 05 16 36 45 44 33',
  9: '43 13 02 01 10 30 41 45 36 16 05',
  '%': '06 40;00 10 11 01 00;35 45 46 36 35',
  '#': '10 16;30 36;02 42;04 44',
  '-': '13 33',
  '.': '26 26',
};

const gridHeight = 6;
const advance = 6;

/** Pixels a text of this height is wide. */
export function textWidth(text: string, height: number): number {
  return ((text.length * advance - 2) * height) / gridHeight;
}

/** The text as data of an SVG path, to be stroked; its top left corner is at x, y. */
export function textPath(text: string, { x, y, height }: { x: number; y: number; height: number }): string {
  const scale = height / gridHeight;
  const point = (xy: string, index: number) => {
    const left = x + (index * advance + Number(xy[0])) * scale;
    return `${left.toFixed(1)} ${(y + Number(xy[1]) * scale).toFixed(1)}`;
  };
  return [...text.toUpperCase()]
    .flatMap((letter, index) => (glyphs[letter] ?? '').split(';').map((stroke) => ({ stroke, index })))
    .filter(({ stroke }) => stroke)
    .map(
      ({ stroke, index }) =>
        `M${stroke
          .split(' ')
          .map((xy) => point(xy, index))
          .join('L')}`,
    )
    .join('');
}
