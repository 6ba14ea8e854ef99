import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbedded } from './embedded.ts';

/** Nothing survives a power cut, and nothing waits for a disk. */
const forgetful = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

/** A cluster in a temporary folder that may lose everything, and does. */
export async function startThrowawayCluster(settings: Record<string, string> = {}) {
  const dataDir = await mkdtemp(join(tmpdir(), 'sightline-'));
  // Only passing through is allowed to others: when root works, PostgreSQL is another user.
  await chmod(dataDir, 0o711);
  const cluster = await startEmbedded({ dataDir, settings: { ...forgetful, ...settings } });
  return {
    adminUrl: cluster.adminUrl,
    async [Symbol.asyncDispose]() {
      await cluster.stop();
      await rm(cluster.clusterDir, { recursive: true, force: true });
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
