import { startEmbedded } from '@sightline/db/embedded';
import type { EmbeddedPostgres } from '@sightline/db/embedded';
import { createRestarts } from './restarts.ts';

export type SupervisedDatabase = {
  readonly url: string;
  readonly adopted: boolean;
  /** Rejects when it cannot be kept running. */
  readonly failed: Promise<never>;
  stop(): Promise<void>;
};

type Options = { dataDir: string; onProgress: (step: string) => void; onRestart: () => void; signal: AbortSignal };

/** The embedded PostgreSQL, started again on the same port when it ends by itself. */
export async function superviseDatabase({
  dataDir,
  onProgress,
  onRestart,
  signal,
}: Options): Promise<SupervisedDatabase> {
  const restarts = createRestarts();
  const { promise: failed, reject } = Promise.withResolvers<never>();
  failed.catch(() => {});
  let isStopping = false;
  let current = await startEmbedded({ dataDir, onProgress, signal });
  let restarting: Promise<void> = Promise.resolve();
  const first = current;

  const watch = (running: EmbeddedPostgres) => {
    void running.exited.then(() => {
      if (!isStopping) restarting = restart().catch(reject);
    });
  };
  async function restart(): Promise<void> {
    const delayMs = restarts.next();
    if (delayMs === null) throw new Error('PostgreSQL keeps ending. See logs/postgres.log in DATA_DIR.');
    onRestart();
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    if (isStopping) return;
    // The same port, because the server knows this one.
    current = await startEmbedded({ dataDir, port: first.port, signal });
    if (current.port !== first.port)
      throw new Error(`PostgreSQL ended, and its port ${first.port} has been taken since.`);
    watch(current);
  }

  watch(current);
  return {
    url: first.url,
    adopted: first.adopted,
    failed,
    async stop() {
      isStopping = true;
      await restarting;
      await current.stop();
    },
  };
}
