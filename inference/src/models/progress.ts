/** Says how far a download is; null where nobody knows how long it will be. */
export type ShowProgress = (name: string, doneBytes: number, totalBytes: number | null) => void;

type Terminal = { write(text: string): unknown; isTTY?: boolean };

const barWidth = 32;
/** Between two lines or redraws. */
const everyMsDefault = 100;

/** `lines` is for programs: `progress <name> <doneBytes> <totalBytes>`. `null` chooses a bar where a person looks. */
export function createProgress(
  kind: 'lines' | 'bar' | 'off' | null,
  out: Terminal,
  now: () => number,
  everyMs = everyMsDefault,
): ShowProgress {
  // A pipe is read by programs, which asked for lines if they want them.
  const chosen = kind ?? (out.isTTY ? 'bar' : 'off');
  let shownAt = -Infinity;
  return (name, doneBytes, totalBytes) => {
    const isDone = totalBytes !== null && doneBytes >= totalBytes;
    if (chosen === 'off' || (!isDone && now() - shownAt < everyMs)) return;
    shownAt = now();
    if (chosen === 'lines') out.write(`progress ${name} ${doneBytes} ${totalBytes ?? '-'}\n`);
    else out.write(`\r${bar(name, doneBytes, totalBytes)}${isDone ? '\n' : ''}`);
  };
}

function bar(name: string, doneBytes: number, totalBytes: number | null): string {
  const megabytes = (bytes: number) => (bytes / 1_000_000).toFixed(1);
  if (totalBytes === null) return `Fetching ${name}  ${megabytes(doneBytes)} MB `;
  const share = Math.min(1, doneBytes / totalBytes);
  const filled = Math.round(share * barWidth);
  const counts = `${megabytes(doneBytes)} of ${megabytes(totalBytes)} MB`;
  return `Fetching ${name}  ${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)}  ${Math.floor(share * 100)} %  ${counts} `;
}
