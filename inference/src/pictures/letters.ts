// Letters of dots, so that pictures read the same on a machine with no fonts at all, as small containers are. Seven rows
// of five dots each; a row is a digit in base 32, its highest bit the leftmost dot.
const glyphs: Readonly<Record<string, string>> = {
  ...{ A: 'ehhvhhh', B: 'uhhuhhu', C: 'ehggghe', D: 'uhhhhhu', E: 'vgguggv', F: 'vgguggg', G: 'ehgnhhf' },
  ...{ H: 'hhhvhhh', I: 'e44444e', J: '72222ic', K: 'hikokih', L: 'ggggggv', M: 'hrllhhh', N: 'hpljhhh' },
  ...{ O: 'ehhhhhe', P: 'uhhuggg', Q: 'ehhhlid', R: 'uhhukih', S: 'fgge11u', T: 'v444444', U: 'hhhhhhe' },
  ...{ V: 'hhhhha4', W: 'hhhllrh', X: 'hha4ahh', Y: 'hha4444', Z: 'v1248gv' },
  ...{ 0: 'ehjlphe', 1: '4c4444e', 2: 'eh1248v', 3: 'v2421he', 4: '26aiv22', 5: 'vgu11he', 6: '68guhhe' },
  ...{ 7: 'v124888', 8: 'ehhehhe', 9: 'ehhf12c' },
  ...{ ' ': '0000000', '%': 'op248j3', '#': 'aavavaa', '-': '000v000', _: '000000v', '.': '00000cc' },
  ...{ '/': '122488g', '?': 'eh12404' },
};

export const letterRows = 7;
const letterColumns = 5;
const advance = letterColumns + 1;

/** Dots that a text is wide. */
export const textColumns = (text: string): number => Math.max(0, [...text].length * advance - 1);

/** Calls back for every run of dots of a text, from its top left corner. What we cannot draw is a question mark. */
export function forEachDotRun(text: string, draw: (column: number, row: number, count: number) => void): void {
  [...text.toUpperCase()].forEach((letter, index) => {
    const glyph = glyphs[letter] ?? glyphs['?'] ?? '';
    [...glyph].forEach((digit, row) => {
      const bits = Number.parseInt(digit, 32);
      for (let column = 0; column < letterColumns; column++) {
        const from = column;
        while (column < letterColumns && (bits >> (letterColumns - 1 - column)) & 1) column++;
        if (column > from) draw(index * advance + from, row, column - from);
      }
    });
  });
}
