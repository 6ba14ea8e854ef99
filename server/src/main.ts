import { startApp } from './app.ts';
import { createLogger } from './infra/logger.ts';
import { readConfig, runUntilTold } from './process.ts';

const config = readConfig(process.env);
const log = createLogger(config.logLevel);
const starting = startApp({ config, log }).catch((error: unknown) => {
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    log.fatal(`Port ${config.port} is taken. Stop what uses it, or set PORT to another one.`);
  } else {
    log.fatal({ err: error }, 'server could not start');
  }
  process.exit(1);
});
await runUntilTold(starting, log);
