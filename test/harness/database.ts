import { randomBytes } from 'node:crypto';
import pg from 'pg';

/** A migrated, empty database of one's own: a clone of the run's template (tens of milliseconds), dropped when disposed. */
export async function createTestDatabase(): Promise<{ url: string } & AsyncDisposable> {
  const { adminUrl, template } = testCluster();
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

async function execute(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
