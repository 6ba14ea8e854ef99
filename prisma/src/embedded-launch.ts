import { spawn } from 'node:child_process';
import { mkdir, open, readFile, rename, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { postgresEnv } from './embedded-cluster.ts';
import { EmbeddedPostgresError, explainFailure } from './embedded-error.ts';
import type { EmbeddedHome } from './embedded-home.ts';
import { findPostmaster, readPostmasterFile, stopPostmaster } from './postmaster.ts';
import type { PostmasterFile } from './postmaster.ts';

// Long, because a start after a power cut replays the log first.
const readyTimeoutMs = 120_000;
const retryForMs = 15_000;
const maxLogBytes = 4_000_000;

const baseSettings = {
  listen_addresses: '127.0.0.1',
  // What statements do wrong is told to the caller, who logs it; a full log would be the only effect here.
  log_min_messages: 'log',
  log_checkpoints: 'off',
};

export type LaunchOptions = {
  logDir: string;
  port?: number;
  settings?: Record<string, string>;
  onProgress?: (step: string) => void;
  signal?: AbortSignal;
};

/**
 * Starts PostgreSQL on an existing cluster and waits until it answers. Gives somebody else's (`isOurs` false) when that
 * was a moment quicker. Throws EmbeddedPostgresError.
 */
export async function launchPostmaster(
  home: EmbeddedHome,
  options: LaunchOptions,
): Promise<PostmasterFile & { isOurs: boolean }> {
  const logFile = join(options.logDir, 'postgres.log');
  await mkdir(options.logDir, { recursive: true });
  if ((await sizeOf(logFile)) > maxLogBytes) await rename(logFile, `${logFile}.1`);
  const deadline = performance.now() + retryForMs;
  for (let wantedPort = options.port; ; wantedPort = undefined) {
    const logStart = await sizeOf(logFile);
    const settings = {
      ...baseSettings,
      port: String(wantedPort ?? (await freePort())),
      unix_socket_directories: socketFolder(home.clusterDir),
      ...options.settings,
    };
    options.signal?.throwIfAborted();
    const started = await spawnPostmaster(home, logFile, settings);
    try {
      return { ...(await untilReady(home.clusterDir, options.onProgress, started, options.signal)), isOurs: true };
    } catch (error) {
      if (options.signal?.aborted && started.pid) await stopPostmaster(started.pid, home);
      if (!started.endReason) throw error;
      if (await findPostmaster(home.clusterDir)) {
        return { ...(await untilReady(home.clusterDir, options.onProgress)), isOurs: false };
      }
      const said = `${(await readFile(logFile, 'utf8')).slice(logStart)}\n${started.endReason}`;
      // The port was taken in between, or the workers of a killed PostgreSQL have not noticed yet.
      const passes = /could not (bind|create any TCP)|pre-existing shared memory|lock file/i.test(said);
      if (!passes || performance.now() > deadline) throw explainFailure('starting PostgreSQL', said, error);
      await delay(100);
    }
  }
}

/** A process of ours. `endReason` is null while it runs. */
type Started = { pid: number | undefined; endReason: string | null };

async function spawnPostmaster(
  home: EmbeddedHome,
  logFile: string,
  settings: Record<string, string>,
): Promise<Started> {
  const log = await open(logFile, 'a');
  const args = [
    '-D',
    home.clusterDir,
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
  const child = spawn(join(home.binDir, 'postgres'), args, {
    ...home.identity,
    cwd: '/',
    env: postgresEnv,
    stdio: ['ignore', log.fd, log.fd],
    // Its own process group: Ctrl-C in the terminal must reach the launcher only, which stops the server before this.
    detached: true,
  });
  const started: Started = { pid: child.pid, endReason: null };
  child.once('error', (error) => (started.endReason = error.message));
  child.once('exit', (code, signal) => (started.endReason = `PostgreSQL ended with ${signal ?? `exit code ${code}`}.`));
  child.unref();
  await log.close();
  return started;
}

/** Waits until the postmaster of this cluster answers. Throws when it ends or takes too long. */
export async function untilReady(
  clusterDir: string,
  onProgress?: (step: string) => void,
  started?: Started,
  signal?: AbortSignal,
): Promise<PostmasterFile> {
  const startedAt = performance.now();
  let told = false;
  while (performance.now() - startedAt < readyTimeoutMs) {
    signal?.throwIfAborted();
    // One that we have just started may not have written its file yet; one that we found is gone when its file is.
    const file = started ? await readPostmasterFile(clusterDir) : await findPostmaster(clusterDir);
    if (file?.ready && (!started || file.pid === started.pid)) return file;
    if (started ? started.endReason : !file)
      throw new EmbeddedPostgresError(
        'POSTGRES_START_FAILED',
        started?.endReason ?? 'PostgreSQL went away while starting. Start again.',
      );
    if (!told && performance.now() - startedAt > 2_000) {
      told = true;
      onProgress?.('PostgreSQL was not stopped cleanly and is catching up');
    }
    await delay(15);
  }
  throw new EmbeddedPostgresError(
    'POSTGRES_START_TIMEOUT',
    `PostgreSQL was not ready after ${readyTimeoutMs / 1_000} s. See logs/postgres.log in DATA_DIR.`,
  );
}

/** The socket's path has room for 107 bytes in the kernel; a deeper folder goes without, TCP is what we use. */
function socketFolder(clusterDir: string): string {
  return process.platform !== 'win32' && Buffer.byteLength(join(clusterDir, '.s.PGSQL.65535.lock')) <= 107
    ? clusterDir
    : '';
}

const sizeOf = async (file: string) => (await stat(file).catch(() => null))?.size ?? 0;

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
