import { startApp } from '@sightline/server/app';
import { loadConfig } from '@sightline/server/config';
import { createLogger } from '@sightline/server/infra/logger';

/** The real server, from its composition root, with row security and no limit that a bench meets. Its address. */
export async function startRealServer(databaseUrl: string, dataDirectory: string, more: Record<string, string>) {
  const config = loadConfig({
    DATABASE_URL: databaseUrl,
    PORT: '0',
    DATA_DIR: dataDirectory,
    SERVICE_TOKEN: 'service-token-of-the-bench-0123456789abcdef',
    SIGNING_KEY: 'signing-key-of-the-bench-0123456789abcdef',
    ROW_SECURITY: 'required',
    REQUESTS_PER_MINUTE_PER_ADDRESS: '100000000',
    ...more,
  });
  const app = await startApp({ config, log: createLogger('info', { write: () => undefined }) });
  return app.url;
}
