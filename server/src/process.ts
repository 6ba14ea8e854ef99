import type { Logger } from 'pino';
import { ConfigError, loadConfig } from './config.ts';
import type { Config } from './config.ts';

const stopDeadlineMs = 10_000;

/** The configuration of this process; one that is not usable ends it, with all that is wrong. */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  try {
    return loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return endWith(error.message);
    throw error;
  }
}

/** Says what is wrong with the configuration, one a line, and ends. */
export function endWith(problems: string): never {
  process.stderr.write(`The configuration is not usable:\n${problems.replaceAll(/^/gm, '  ')}\n`);
  process.exit(1);
}

/** Ends the process in order when it is told to: within ten seconds, whatever happens. */
export async function runUntilTold(starting: Promise<AsyncDisposable>, log: Pick<Logger, 'info' | 'error'>) {
  // A launcher that was killed cannot tell its children; its end of the channel closing does. That may happen while we
  // start, and is not told twice.
  if (process.channel) process.once('disconnect', () => void stop('disconnect'));
  await starting;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop(signal));

  async function stop(reason: string): Promise<void> {
    log.info({ reason }, 'stopping');
    setTimeout(() => {
      log.error('not stopped in time, leaving anyway');
      process.exit(1);
    }, stopDeadlineMs).unref();
    await (await starting)[Symbol.asyncDispose]();
    process.exit(0);
  }
}
