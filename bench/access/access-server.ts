import { openDatabase } from '@sightline/db/database';
import { startApp } from '@sightline/server/app';
import { loadConfig } from '@sightline/server/config';
import { createLogger } from '@sightline/server/infra/logger';
import { serveSubject } from '../lib/serve-subject.ts';
import { startOpenServer } from './open-server.ts';

const [kind, databaseUrl = '', dataDirectory = '', about = ''] = process.argv.slice(2);
const log = createLogger('info', { write: () => undefined });

/** The real server, from its composition root: authentication, roles, row security, limits. */
async function startSightline(redisUrl: string): Promise<string> {
  const config = loadConfig({
    DATABASE_URL: databaseUrl,
    PORT: '0',
    DATA_DIR: dataDirectory,
    SERVICE_TOKEN: 'service-token-of-the-bench-0123456789abcdef',
    SIGNING_KEY: 'signing-key-of-the-bench-0123456789abcdef',
    ROW_SECURITY: 'required',
    REQUESTS_PER_MINUTE_PER_ADDRESS: '1000000',
    ...(redisUrl && { REDIS_URL: redisUrl }),
  });
  const app = await startApp({ config, log });
  return `${app.url}/graphql`;
}

/** The same graph for whoever asks, always for the same organization. */
const startOpen = () => startOpenServer({ database: openDatabase(databaseUrl), organizationId: about, log });

serveSubject(kind === 'open' ? startOpen() : startSightline(about));
