export type Progress = { label: string; done: number; total: number | null; unit: 'bytes' | 'frames'; note?: string };

/** Where the demo shows what happens. Lines stay; the progress is one line that changes, where there is such a thing. */
export type Screen = {
  line(text: string): void;
  progress(progress: Progress | null): void;
};

type Terminal = { isTTY?: boolean; columns?: number; write(text: string): unknown };

const barWidth = 24;
const clearLine = '\r\u001B[2K';

/** On a terminal a bar below the lines; anywhere else just the lines. */
export function createScreen(terminal: Terminal): Screen {
  let bar = '';
  return {
    line(text) {
      terminal.write(terminal.isTTY ? `${clearLine}${text}\n${bar}` : `${text}\n`);
    },
    progress(progress) {
      if (!terminal.isTTY) return;
      bar = progress ? barOf(progress).slice(0, (terminal.columns || 80) - 1) : '';
      terminal.write(clearLine + bar);
    },
  };
}

/** One line: how far it is. */
export function barOf({ label, done, total, unit, note = '' }: Progress): string {
  if (!total) return `${label} ${amount(done, unit)} ${note}`;
  const filled = Math.round(Math.min(1, done / total) * barWidth);
  const bar = '█'.repeat(filled) + '░'.repeat(barWidth - filled);
  return `${label} ${bar} ${amount(done, unit)} of ${amount(total, unit)} ${note}`;
}

function amount(count: number, unit: Progress['unit']): string {
  return unit === 'bytes' ? `${(count / 1e6).toFixed(1)} MB` : `${count}`;
}
