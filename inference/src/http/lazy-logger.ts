import type { FastifyBaseLogger } from 'fastify';
import type { Logger } from '../logger.ts';

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

/**
 * A request's logger that is only made when it has something to say: with a level above `info` that is hardly ever, and
 * making one takes as long as a small network does. For routes that are called ten thousand times a second.
 */
export function lazyLogger(parent: Logger, ...options: Parameters<FastifyBaseLogger['child']>): Logger {
  let made: Logger | null = null;
  const own = () => (made ??= parent.child(...options));
  const write = (level: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace', entry: [unknown]) => {
    if (made || levels.indexOf(level) >= levels.indexOf(parent.level)) own()[level](...entry);
  };
  return {
    level: parent.level,
    silent: () => undefined,
    fatal: (...entry: [unknown]) => write('fatal', entry),
    error: (...entry: [unknown]) => write('error', entry),
    warn: (...entry: [unknown]) => write('warn', entry),
    info: (...entry: [unknown]) => write('info', entry),
    debug: (...entry: [unknown]) => write('debug', entry),
    trace: (...entry: [unknown]) => write('trace', entry),
    child: (...entry) => own().child(...entry),
  };
}
