import { migrateDatabase } from '@sightline/db/migrate';
import { startThrowawayCluster } from '@sightline/db/throwaway-cluster';
import pg from 'pg';

const template = 'migrated_template';

export type TestCluster = AsyncDisposable & {
  readonly env: { TEST_POSTGRES_URL: string; TEST_POSTGRES_TEMPLATE: string };
};

/** One PostgreSQL for a whole run, with one migrated database that every test file clones. */
export async function startTestCluster(): Promise<TestCluster> {
  await using opening = new AsyncDisposableStack();
  const { adminUrl } = opening.use(await startThrowawayCluster({ max_connections: '300' }));
  const admin = new pg.Client({ connectionString: adminUrl, connectionTimeoutMillis: 10_000 });
  await admin.connect();
  try {
    await admin.query(`CREATE DATABASE ${template}`);
    const url = new URL(adminUrl);
    url.pathname = `/${template}`;
    await migrateDatabase(url.href);
    // A database somebody is connected to cannot be cloned.
    await admin.query(`ALTER DATABASE ${template} WITH ALLOW_CONNECTIONS false IS_TEMPLATE true`);
  } finally {
    await admin.end();
  }
  const open = opening.move();
  return {
    env: { TEST_POSTGRES_URL: adminUrl, TEST_POSTGRES_TEMPLATE: template },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}
