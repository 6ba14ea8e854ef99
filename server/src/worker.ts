import { startApp } from './app.ts';
import { createLogger } from './infra/logger.ts';
import { endWith, readConfig, runUntilTold } from './process.ts';

/* The same program without HTTP: jobs, due work, chores and sessions, for servers that run with WORKER=off. */

const config = readConfig(process.env);
if (config.internalUrl === null)
  endWith('INTERNAL_URL: is required: sidecars that run sessions of a worker answer to a server');
const log = createLogger(config.logLevel);
const starting = startApp({ config: { ...config, worker: 'inside' }, log, listens: false }).catch((error: unknown) => {
  log.fatal({ err: error }, 'worker could not start');
  process.exit(1);
});
await runUntilTold(starting, log);
