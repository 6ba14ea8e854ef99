import { mkdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { createCluster, superuser } from './embedded-cluster.ts';
import { EmbeddedPostgresError } from './embedded-error.ts';
import { locateHome } from './embedded-home.ts';
import { launchPostmaster, untilReady } from './embedded-launch.ts';
import { findPostmaster, stopPostmaster, untilGone } from './postmaster.ts';
import { ensureSecrets } from './secrets.ts';

export type EmbeddedOptions = {
  /** Absolute. The cluster lies inside it where PostgreSQL can reach it. */
  dataDir: string;
  /** A sentence for the person who waits, before each slow step. */
  onProgress?: (step: string) => void;
  /** Asked for first; another free port is taken when it is busy. */
  port?: number;
  /** Gives up starting, and leaves nothing running. */
  signal?: AbortSignal;
  /** `postgresql.conf` settings that win over ours. */
  settings?: Record<string, string>;
};

export type EmbeddedPostgres = AsyncDisposable & {
  /** The application's database. */
  readonly url: string;
  /** The maintenance database `postgres`, as the superuser of the cluster. */
  readonly adminUrl: string;
  readonly port: number;
  readonly pid: number;
  /** PostgreSQL's own data directory. */
  readonly clusterDir: string;
  /** It ran already: whoever started it may still need it. */
  readonly adopted: boolean;
  /** Settles when the process is gone, whoever ended it. */
  readonly exited: Promise<void>;
  stop(): Promise<void>;
};

/**
 * Starts the PostgreSQL that comes with the install, or adopts the one that runs on this data folder already: a killed
 * launcher leaves it running, and there must never be two on the same data. Throws EmbeddedPostgresError.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  await mkdir(options.dataDir, { recursive: true });
  const dataDir = await realpath(options.dataDir);
  const home = await locateHome(dataDir);
  const { postgresPassword } = await ensureSecrets(dataDir, ['postgresPassword']);
  const urlOf = (port: number, name: string) =>
    `postgres://${superuser}:${encodeURIComponent(postgresPassword)}@127.0.0.1:${port}/${name}`;
  const running = await findPostmaster(home.clusterDir);
  if (!running && !(await stat(join(home.clusterDir, 'PG_VERSION')).catch(() => null))) {
    options.onProgress?.('Creating the database cluster');
    await createCluster(home, postgresPassword, options.signal);
  }
  const { pid, port, isOurs } = running
    ? { ...(await untilReady(home.clusterDir, options.onProgress)), isOurs: false }
    : await launchPostmaster(home, { logDir: join(dataDir, 'logs'), ...options });
  const stop = () => stopPostmaster(pid, home);
  await ensureDatabase(urlOf(port, 'postgres'), dataDir).catch(async (error: unknown) => {
    if (isOurs) await stop();
    throw error;
  });
  return {
    url: urlOf(port, 'sightline'),
    adminUrl: urlOf(port, 'postgres'),
    port,
    pid,
    clusterDir: home.clusterDir,
    adopted: !isOurs,
    exited: untilGone(pid),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** Makes the application's database on the first start, and proves that the password is the cluster's. */
async function ensureDatabase(adminUrl: string, dataDir: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl, connectionTimeoutMillis: 5_000 });
  // A connection that breaks between two statements is reported by the next one.
  client.on('error', () => {});
  try {
    await client.connect();
    const { rowCount } = await client.query("SELECT FROM pg_database WHERE datname = 'sightline'");
    if (rowCount === 0) await client.query('CREATE DATABASE sightline');
  } catch (error) {
    const code = (error as { code?: string }).code;
    if (code === '28P01') {
      throw new EmbeddedPostgresError(
        'POSTGRES_PASSWORD_WRONG',
        `The password in ${join(dataDir, 'secrets.json')} is not the one this database was made with. ` +
          'Restore that file, or start with an empty folder in DATA_DIR.',
        { cause: error },
      );
    }
    // Somebody who started at the same moment made it first.
    if (code !== '42P04' && code !== '23505') throw error;
  } finally {
    await client.end();
  }
}
