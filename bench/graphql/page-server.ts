import { startApp } from '@sightline/server/app';
import { loadConfig } from '@sightline/server/config';
import { createLogger } from '@sightline/server/infra/logger';
import pg from 'pg';
import { serveSubject } from '../lib/serve-subject.ts';
import { startPageRoute } from './page-route.ts';

const [kind, databaseUrl = '', dataDirectory = ''] = process.argv.slice(2);
const signingKey = 'signing-key-of-the-bench-0123456789abcdef';
const publicUrl = 'http://127.0.0.1:4000';

/** Statements sent to PostgreSQL since somebody asked last, whoever sent them. */
let statements = 0;
const query = pg.Client.prototype.query as (...args: unknown[]) => unknown;
pg.Client.prototype.query = function countedQuery(this: pg.Client, ...args: unknown[]) {
  statements += 1;
  return query.apply(this, args);
} as typeof pg.Client.prototype.query;

/** The real server, from its composition root. */
async function startSightline(): Promise<string> {
  const config = loadConfig({
    DATABASE_URL: databaseUrl,
    PORT: '0',
    PUBLIC_URL: publicUrl,
    DATA_DIR: dataDirectory,
    SERVICE_TOKEN: 'service-token-of-the-bench-0123456789abcdef',
    SIGNING_KEY: signingKey,
  });
  const app = await startApp({ config, log: createLogger('info', { write: () => undefined }) });
  return `${app.url}/graphql`;
}

serveSubject(kind === 'route' ? startPageRoute({ databaseUrl, signingKey, publicUrl }) : startSightline(), {
  statements: () => {
    const count = statements;
    statements = 0;
    return count;
  },
});
