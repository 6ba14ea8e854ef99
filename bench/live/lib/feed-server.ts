import { startApp } from '@sightline/server/app';
import { loadConfig } from '@sightline/server/config';
import { createLogger } from '@sightline/server/infra/logger';
import { serveSubject } from '../../lib/serve-subject.ts';
import { createTurnTrace } from './turn-trace.ts';

const [databaseUrl = '', dataDirectory = '', redisUrl = ''] = process.argv.slice(2);

/** The real server, from its composition root. */
async function start(): Promise<string> {
  const config = loadConfig({
    DATABASE_URL: databaseUrl,
    PORT: '0',
    DATA_DIR: dataDirectory,
    SERVICE_TOKEN: 'service-token-of-the-bench-0123456789abcdef',
    SIGNING_KEY: 'signing-key-of-the-bench-0123456789abcdef',
    ROW_SECURITY: 'required',
    REQUESTS_PER_MINUTE_PER_ADDRESS: '100000000',
    REDIS_URL: redisUrl,
  });
  const app = await startApp({ config, log: createLogger('info', { write: () => undefined }) });
  return `${app.url}/graphql`;
}

const trace = createTurnTrace();
serveSubject(start(), {
  memory: () => process.memoryUsage().rss,
  trace: () => trace.start(),
  traced: () => trace.stop(),
});
