import { resolve } from 'node:path';
import { DataDirBusyError, lockDataDir } from './data-dir-lock.ts';
import { startEmbedded } from './embedded.ts';

/** The command line itself is wrong. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export type Target = AsyncDisposable & {
  readonly url: string;
  readonly kind: 'embedded' | 'external';
  /** Something else, such as `npm start`, works with the data at this moment. */
  readonly isShared: boolean;
};

/** The database that the environment names. The embedded one is started for the moment, or borrowed from whoever runs it. */
export async function openTarget(env: NodeJS.ProcessEnv, onProgress: (step: string) => void): Promise<Target> {
  if (env['DATABASE_URL']) {
    return { url: env['DATABASE_URL'], kind: 'external', isShared: true, [Symbol.asyncDispose]: async () => {} };
  }
  const dataDir = resolve(env['DATA_DIR'] || 'data');
  await using cleanup = new AsyncDisposableStack();
  // While we hold the folder, `npm start` waits outside, so we cannot stop a PostgreSQL under its feet.
  const lock = await lockDataDir(dataDir, 'npm run db').catch((error: unknown) => {
    if (error instanceof DataDirBusyError) return null;
    throw error;
  });
  if (lock) cleanup.use(lock);
  const cluster = await startEmbedded({ dataDir, onProgress });
  if (lock && !cluster.adopted) cleanup.use(cluster);
  const held = cleanup.move();
  return { url: cluster.url, kind: 'embedded', isShared: !lock, [Symbol.asyncDispose]: () => held.disposeAsync() };
}
