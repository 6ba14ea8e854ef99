import type { FastifyBaseLogger } from 'fastify';
import { pino } from 'pino';
import type { DestinationStream } from 'pino';

/** pino, as far as Fastify hands it on with a request. */
export type Logger = FastifyBaseLogger;

/** One JSON line an entry. What could be a secret is cut out here, whoever logs it. */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  return pino(
    {
      level,
      base: { service: 'inference' },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: ['authorization', '*.authorization', '*.token', '*.secret'], censor: '[redacted]' },
    },
    destination ?? pino.destination(1),
  );
}
