import { isLong } from '../report.ts';

/** In the long form, says after each tenth how far it is and how quick. Call what it returns for each request answered. */
export function showProgress(what: string, total: number): () => void {
  const startedAt = performance.now();
  let done = 0;
  return () => {
    done += 1;
    if (!isLong || Math.floor((done * 10) / total) === Math.floor(((done - 1) * 10) / total)) return;
    const seconds = (performance.now() - startedAt) / 1000;
    process.stdout.write(`${what}: ${done} of ${total} requests, ${Math.round(done / seconds)} a second\n`);
  };
}
