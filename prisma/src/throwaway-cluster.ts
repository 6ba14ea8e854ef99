import { spawn } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbedded } from './embedded.ts';

/** Nothing survives a power cut, and nothing waits for a disk. */
const forgetful = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

/** A cluster in a temporary folder that may lose everything, and does: also when this process is killed. */
export async function startThrowawayCluster(settings: Record<string, string> = {}) {
  const dataDir = await mkdtemp(join(tmpdir(), 'sightline-'));
  // Only passing through is allowed to others: when root works, PostgreSQL is another user.
  await chmod(dataDir, 0o711);
  const cluster = await startEmbedded({ dataDir, settings: { ...forgetful, ...settings } });
  const stopCleaner = cleanUpAfterUs(cluster.pid, [cluster.clusterDir, dataDir]);
  return {
    adminUrl: cluster.adminUrl,
    async [Symbol.asyncDispose]() {
      stopCleaner();
      await cluster.stop();
      await rm(cluster.clusterDir, { recursive: true, force: true });
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** PostgreSQL is built to outlive us. A shell waits for our end of a pipe to close and then removes it with its data. */
function cleanUpAfterUs(pid: number, folders: string[]): () => void {
  if (process.platform === 'win32') return () => {};
  const script = 'cat >/dev/null; kill -QUIT "$0"; sleep 1; rm -rf "$@"';
  const shell = spawn('/bin/sh', ['-c', script, String(pid), ...folders], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  shell.unref();
  // The pipe itself would keep us running as well.
  (shell.stdin as typeof shell.stdin & { unref(): void }).unref();
  return () => void shell.kill('SIGKILL');
}
