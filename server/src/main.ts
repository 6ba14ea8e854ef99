import { startApp } from './app.ts';
import { ConfigError, loadConfig } from './config.ts';
import type { Config } from './config.ts';
import { createLogger } from './infra/logger.ts';

const stopDeadlineMs = 10_000;

const config = readConfig();
const log = createLogger(config.logLevel);
const app = await startApp({ config, log }).catch((error: unknown) => {
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    log.fatal(`Port ${config.port} is taken. Stop what uses it, or set PORT to another one.`);
  } else {
    log.fatal({ err: error }, 'server could not start');
  }
  process.exit(1);
});

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop(signal));
// A launcher that was killed cannot tell its children; its end of the channel closing does.
if (process.channel) process.once('disconnect', () => void stop('disconnect'));

async function stop(reason: string): Promise<void> {
  log.info({ reason }, 'stopping');
  setTimeout(() => {
    log.error('not stopped in time, leaving anyway');
    process.exit(1);
  }, stopDeadlineMs).unref();
  await app[Symbol.asyncDispose]();
  process.exit(0);
}

function readConfig(): Config {
  try {
    return loadConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`The configuration is not usable:\n${error.message.replaceAll(/^/gm, '  ')}\n`);
    process.exit(1);
  }
}
