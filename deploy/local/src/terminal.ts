export type Terminal = {
  /** A line that stays. */
  line(text: string): void;
  /** What goes on at this moment: one line that changes, on a terminal only. Null takes it away. */
  status(text: string | null): void;
  /** Bytes or frames so far: a bar on a terminal; elsewhere a line every tenth, of bytes only. Null ends it. */
  progress(progress: Progress | null): void;
};

export type Progress = { label: string; done: number; total: number | null; unit: 'bytes' | 'frames'; note?: string };

type Output = { isTTY?: boolean; columns?: number; write(text: string): unknown };

const clearLine = '\r\u001B[2K';
const barWidth = 24;

/** The one writer to the terminal, so that lines and the bar below them never mix. */
export function createTerminal(output: Output): Terminal {
  let current = '';
  let told = '';
  const show = (text: string) => {
    current = text.slice(0, (output.columns ?? 80) - 1);
    output.write(clearLine + current);
  };
  return {
    line: (text) => void output.write(output.isTTY ? `${clearLine}${text}\n${current}` : `${text}\n`),
    status(text) {
      if (output.isTTY) show(text ?? '');
    },
    progress(progress) {
      if (output.isTTY) return show(progress ? barOf(progress) : '');
      // Where nothing can be redrawn, what goes on long enough to wonder about is fetching.
      if (!progress?.total || progress.unit !== 'bytes') return;
      const tenth = `${progress.label} ${Math.floor((progress.done / progress.total) * 10) * 10} %`;
      if (tenth !== told) output.write(`  ${tenth} (${amountOf(progress.total, progress.unit)})\n`);
      told = tenth;
    },
  };
}

function barOf({ label, done, total, unit, note = '' }: Progress): string {
  if (!total) return `  ${label} ${amountOf(done, unit)} ${note}`;
  const filled = Math.round(Math.min(1, done / total) * barWidth);
  const bar = '█'.repeat(filled) + '░'.repeat(barWidth - filled);
  return `  ${label} ${bar} ${amountOf(done, unit)} of ${amountOf(total, unit)} ${note}`;
}

const amountOf = (count: number, unit: Progress['unit']) =>
  unit === 'bytes' ? `${(count / 1e6).toFixed(1)} MB` : String(count);
