import { createColours } from './colours.ts';
import type { Colours } from './colours.ts';
import { createLiveArea } from './live-area.ts';
import type { LiveArea, Terminal } from './live-area.ts';
import { jsonLine, plainText } from './plain-text.ts';
import { tableOf } from '../table.ts';

export type Out = {
  readonly isJson: boolean;
  readonly colours: Colours;
  readonly live: LiveArea;
  /** One result: a JSON line for programs, or what people read. Lines may hold colours, so what others named has to be made plain. */
  give(value: unknown, lines: (colours: Colours) => readonly string[]): void;
  /** A list of results: a JSON line each, or one table. */
  list<T>(
    items: readonly T[],
    table: { heading: readonly string[]; row(item: T): readonly (string | number)[]; none: string },
  ): void;
  /** Said beside the results, to people. */
  note(text: string): void;
};

type Deps = { stdout: Terminal; stderr: Terminal; isJson: boolean; hasColours: boolean };

/** Results go to stdout, everything else to stderr, so that a pipe gets results alone. */
export function createOut({ stdout, stderr, isJson, hasColours }: Deps): Out {
  const colours = createColours(hasColours && stdout.isTTY === true && !isJson);
  const live = createLiveArea(isJson ? { write: () => {} } : stderr);
  const write = (lines: readonly string[]) => {
    if (lines.length > 0) live.above(() => stdout.write(`${lines.join('\n')}\n`));
  };
  return {
    isJson,
    colours,
    live,
    give: (value, lines) => write(isJson ? [jsonLine(value)] : lines(colours)),
    list(items, { heading, row, none }) {
      if (isJson) return write(items.map((item) => jsonLine(item)));
      if (items.length === 0) return write([none]);
      const rows = items.map((item) => row(item).map((cell) => (typeof cell === 'string' ? plainText(cell) : cell)));
      write(tableOf([...heading], rows));
    },
    note: (text) => live.above(() => stderr.write(`${text.split('\n').map(plainText).join('\n')}\n`)),
  };
}
