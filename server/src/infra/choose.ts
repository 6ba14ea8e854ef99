import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { Counter } from 'prom-client';
import type { Config } from '../config.ts';
import type { Bus, Clock, ObjectStorage } from '../ports.ts';
import type { BreachCheck } from '../ports/breach-check.ts';
import type { FlagOverrides } from '../ports/flag-overrides.ts';
import type { Mailer } from '../ports/mailer.ts';
import type { RateLimiter } from '../ports/rate-limiter.ts';
import { createConsoleMailer } from './console-mailer.ts';
import { createDiskStorage } from './disk-storage.ts';
import { createMemoryBus } from './memory-bus.ts';
import { createMemoryRateLimiter } from './memory-rate-limiter.ts';
import { noBreachCheck } from './no-breach-check.ts';
import { createRangeBreachCheck } from './range-breach-check.ts';
import { createRedisBus } from './redis-bus.ts';
import { createRedisFlagOverrides, noFlagOverrides } from './redis-flag-overrides.ts';
import { createRedisRateLimiter } from './redis-rate-limiter.ts';
import { createS3Storage } from './s3-storage.ts';
import { createSafeFetch } from './safe-fetch/safe-fetch.ts';
import { createSmtpMailer } from './smtp-mailer.ts';

/** The bus the configuration asks for. */
export function createBus({ bus }: Config, log: Logger, metrics: Registry): Bus {
  if (bus.kind === 'memory') return createMemoryBus({ log });
  const drops = new Counter({
    name: 'sightline_bus_dropped_total',
    help: 'Messages Redis did not take.',
    registers: [metrics],
  });
  return createRedisBus({ url: bus.url, log, onDrop: () => drops.inc() });
}

/** Overrides of feature flags: Redis where there is one. */
export const createFlagOverrides = ({ bus }: Config): FlagOverrides =>
  bus.kind === 'redis' ? createRedisFlagOverrides(bus.url) : noFlagOverrides;

/** Who counts calls: Redis where there is one, so that all processes count together. */
export function createRateLimiter({ bus }: Config, clock: Clock, log: Logger, metrics: Registry): RateLimiter {
  const local = createMemoryRateLimiter({ clock });
  if (bus.kind === 'memory') return local;
  const alone = new Counter({
    name: 'sightline_rates_local_total',
    help: 'Calls that this process counted alone because Redis was away.',
    registers: [metrics],
  });
  return createRedisRateLimiter({ url: bus.url, clock, local, log, onLocal: () => alone.inc() });
}

/** Who sends mails: a server of SMTP, or, where there is none, nobody. */
export function createMailer({ mail }: Config, log: Logger): Mailer {
  return mail.smtpUrl === null
    ? createConsoleMailer({ log })
    : createSmtpMailer({ url: mail.smtpUrl, from: mail.from });
}

/** Who knows lost passwords, if anybody. Whoever configured the service chose its address, wherever that is. */
export function createBreachCheck({ breachCheckUrl }: Config, log: Logger): BreachCheck {
  if (breachCheckUrl === null) return noBreachCheck;
  const url = new URL(breachCheckUrl);
  const host = `${url.hostname}:${url.port || (url.protocol === 'https:' ? '443' : '80')}`;
  return createRangeBreachCheck({
    url: url.href.replace(/\/+$/, ''),
    fetch: createSafeFetch({ allowedHosts: [host] }),
    log,
  });
}

/** The object storage the configuration asks for. `publicUrl` is asked when a link is made. */
export function createStorage({ storage, signingKey }: Config, publicUrl: () => string): ObjectStorage {
  if (storage.kind === 'disk') return createDiskStorage({ directory: storage.directory, signingKey, publicUrl });
  const { kind: _, ...options } = storage;
  return createS3Storage(options);
}
