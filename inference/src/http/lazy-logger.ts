import type { FastifyBaseLogger } from 'fastify';
import type { Logger } from '../logger.ts';

type Level = (typeof levels)[number];
type ChildOptions = Parameters<FastifyBaseLogger['child']>;
type Lazy = Logger & { parent: Logger; options: ChildOptions; made: Logger | null };

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
const rankOf = (level: string) => (levels as readonly string[]).indexOf(level);

/**
 * A request's logger that is only made when it has something to say: with a level above `info` that is hardly ever, and
 * making one takes as long as a small network does. For routes that are called ten thousand times a second.
 */
export function lazyLogger(parent: Logger, ...options: ChildOptions): Logger {
  const logger = Object.create(methods) as Lazy;
  logger.level = parent.level;
  logger.parent = parent;
  logger.options = options;
  logger.made = null;
  return logger;
}

const own = (lazy: Lazy): Logger => (lazy.made ??= lazy.parent.child(...lazy.options));

function write(lazy: Lazy, level: Level, entry: [unknown]): void {
  // `silent` ranks below all of them, and so lets nothing through.
  const least = rankOf(lazy.parent.level);
  if (least >= 0 && rankOf(level) >= least) own(lazy)[level](...entry);
}

/** Shared by all of them. */
const methods = {
  silent() {},
  child(this: Lazy, ...options: ChildOptions) {
    return own(this).child(...options);
  },
  ...Object.fromEntries(
    levels.map((level) => [
      level,
      function log(this: Lazy, ...entry: [unknown]) {
        write(this, level, entry);
      },
    ]),
  ),
};
