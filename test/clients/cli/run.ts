import { runSightline } from 'sightline/run';
import type { Surroundings } from 'sightline/run';

export type Ran = { code: number; out: string; err: string; lines: string[]; json: unknown[] };

type Given = Partial<Pick<Surroundings, 'env' | 'signal' | 'cwd'>> & {
  /** Where this person's settings are. */
  home: string;
  input?: string | Uint8Array;
  /** Terminals of so many columns, in place of pipes. */
  columns?: number;
  onOut?: (text: string) => void;
  secrets?: Surroundings['secrets'];
};

/** One command line, in this process: what it says, and what it ends with. */
export async function run(args: readonly string[], given: Given): Promise<Ran> {
  const said = { out: '', err: '' };
  const pipe = (name: 'out' | 'err') => ({
    isTTY: given.columns !== undefined,
    ...(given.columns !== undefined && { columns: given.columns, rows: 30 }),
    write(text: string) {
      said[name] += text;
      if (name === 'out') given.onOut?.(text);
    },
  });
  async function* stdin() {
    if (given.input !== undefined) yield given.input;
  }
  const code = await runSightline(args, {
    stdin: stdin(),
    stdout: pipe('out'),
    stderr: pipe('err'),
    env: { XDG_CONFIG_HOME: given.home, SIGHTLINE_KEYCHAIN: 'off', ...given.env },
    signal: given.signal ?? new AbortController().signal,
    cwd: given.cwd ?? given.home,
    ...(given.secrets && { secrets: given.secrets }),
  });
  const lines = said.out.split('\n').filter(Boolean);
  return {
    code,
    ...said,
    lines,
    get json() {
      return lines.map((line) => JSON.parse(line) as unknown);
    },
  };
}
