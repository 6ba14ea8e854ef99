import { randomBytes } from 'node:crypto';
import pg from 'pg';

export type TestDatabase = { url: string } & AsyncDisposable;

/** A migrated, empty database of one's own: a clone of the run's template (tens of milliseconds), dropped when disposed. */
export const createTestDatabase = (): Promise<TestDatabase> => cloneDatabase(testCluster().template);

/** A database without a single table. */
export const createBlankDatabase = (): Promise<TestDatabase> => cloneDatabase('template0');

async function cloneDatabase(template: string): Promise<TestDatabase> {
  const { adminUrl } = testCluster();
  const name = `test_${randomBytes(6).toString('hex')}`;
  await execute(adminUrl, `CREATE DATABASE ${name} TEMPLATE ${template}`);
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    [Symbol.asyncDispose]: () => execute(adminUrl, farewell(name), `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

/**
 * Waits, a second at most, until nobody is connected to a database: a pool is over when its connections have begun to leave, and
 * one that is cut off meanwhile fails a test that is done.
 */
const farewell = (database: string) => `do $$ begin
    for turn in 1..200 loop
      perform pg_stat_clear_snapshot();
      exit when not exists (
        select from pg_stat_activity where datname = '${database}' and backend_type = 'client backend'
      );
      perform pg_sleep(0.005);
    end loop;
  end $$`;

/** Up to four connections, none of which fails anything when it breaks: whoever asks on it is told. */
export function openTestPool(url: string): pg.Pool & AsyncDisposable {
  const pool = new pg.Pool({ connectionString: url, max: 4 });
  pool.on('error', () => {});
  pool.on('connect', (client) => void client.on('error', () => {}));
  return Object.assign(pool, { [Symbol.asyncDispose]: () => pool.end() });
}

/** The PostgreSQL of this run, as its superuser. */
export function testCluster(): { adminUrl: string; template: string } {
  const { TEST_POSTGRES_URL: adminUrl, TEST_POSTGRES_TEMPLATE: template } = process.env;
  if (!adminUrl || !template)
    throw new Error('Start this through the runner, which brings PostgreSQL: npm test -- test/path/of.test.ts');
  return { adminUrl, template };
}

/** Statements, one after the other, on a connection of their own. */
const execute = (url: string, ...statements: string[]): Promise<void> =>
  withClient(url, async (client) => {
    for (const statement of statements) await client.query(statement);
  });

/** The rows of one statement on a connection of its own. */
export const query = (url: string, statement: string): Promise<Record<string, unknown>[]> =>
  withClient(url, async (client) => (await client.query<Record<string, unknown>>(statement)).rows);

async function withClient<Result>(url: string, work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  // A server that is stopped under a test cuts the connection; the statement itself rejects then.
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
