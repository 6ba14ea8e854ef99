import { startApp } from '@sightline/server/app';
import { loadConfig } from '@sightline/server/config';
import { createLogger } from '@sightline/server/infra/logger';
import { serveSubject } from '../../lib/serve-subject.ts';

const [databaseUrl = '', dataDirectory = '', consoleDirectory = ''] = process.argv.slice(2);

/** The real server, from its composition root, with the built console. */
async function start(): Promise<string> {
  const config = loadConfig({
    DATABASE_URL: databaseUrl,
    PORT: '0',
    DATA_DIR: dataDirectory,
    SERVICE_TOKEN: 'service-token-of-the-bench-0123456789abcdef',
    SIGNING_KEY: 'signing-key-of-the-bench-0123456789abcdef',
    ROW_SECURITY: 'required',
    CONSOLE: consoleDirectory,
  });
  const app = await startApp({ config, log: createLogger('info', { write: () => undefined }) });
  return app.url;
}

serveSubject(start());
