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
    [Symbol.asyncDispose]: () => execute(adminUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

/** The PostgreSQL of this run, as its superuser. */
export function testCluster(): { adminUrl: string; template: string } {
  const { TEST_POSTGRES_URL: adminUrl, TEST_POSTGRES_TEMPLATE: template } = process.env;
  if (!adminUrl || !template)
    throw new Error('Start this through the runner, which brings PostgreSQL: npm test -- test/path/of.test.ts');
  return { adminUrl, template };
}

const execute = async (url: string, statement: string): Promise<void> => void (await query(url, statement));

/** The rows of one statement on a connection of its own. */
export async function query(url: string, statement: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  // A server that is stopped under a test cuts the connection; the statement itself rejects then.
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows;
  } finally {
    await client.end();
  }
}
