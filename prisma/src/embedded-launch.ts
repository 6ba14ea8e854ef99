import { spawn } from 'node:child_process';
import { mkdir, open, readFile, rename, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { postgresEnv } from './embedded-cluster.ts';
import { EmbeddedPostgresError, explainFailure } from './embedded-error.ts';
import type { EmbeddedHome } from './embedded-home.ts';
import { findPostmaster, readPostmasterFile } from './postmaster.ts';
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
};

/** Starts PostgreSQL on an existing cluster and waits until it answers. Throws EmbeddedPostgresError. */
export async function launchPostmaster(home: EmbeddedHome, options: LaunchOptions): Promise<PostmasterFile> {
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
    const ended = await spawnPostmaster(home, logFile, settings);
    const ready = await untilReady(home.clusterDir, options.onProgress, ended).catch((error: unknown) => error);
    if (!(ready instanceof Error)) return ready as PostmasterFile;
    const said = `${(await readFile(logFile, 'utf8')).slice(logStart)}\n${ended.reason ?? ''}`;
    // The port was taken in between, or the workers of a killed PostgreSQL have not noticed yet.
    const passes = /could not (bind|create any TCP)|pre-existing shared memory/i.test(said);
    if (!ended.reason || !passes || performance.now() > deadline)
      throw ended.reason ? explainFailure('starting PostgreSQL', said, ready) : ready;
    await delay(100);
  }
}

/** Why the process ended, once it has. */
type Ended = { reason: string | null };

async function spawnPostmaster(home: EmbeddedHome, logFile: string, settings: Record<string, string>): Promise<Ended> {
  const log = await open(logFile, 'a');
  const ended: Ended = { reason: null };
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
  child.once('error', (error) => (ended.reason = error.message));
  child.once('exit', (code, signal) => (ended.reason = `PostgreSQL ended with ${signal ?? `exit code ${code}`}.`));
  child.unref();
  await log.close();
  return ended;
}

/** Waits until the postmaster of this cluster answers. Throws when it ends or takes too long. */
export async function untilReady(
  clusterDir: string,
  onProgress?: (step: string) => void,
  ended?: Ended,
): Promise<PostmasterFile> {
  const startedAt = performance.now();
  let told = false;
  while (performance.now() - startedAt < readyTimeoutMs) {
    // One that we have just started may not have written its file yet; one that we found is gone when its file is.
    const file = ended ? await readPostmasterFile(clusterDir) : await findPostmaster(clusterDir);
    if (file?.ready) return file;
    if (ended ? ended.reason : !file)
      throw new EmbeddedPostgresError(
        'POSTGRES_START_FAILED',
        ended?.reason ?? 'PostgreSQL went away while starting. Start again.',
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
