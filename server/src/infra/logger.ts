import { pino } from 'pino';
import type { DestinationStream, Logger } from 'pino';

/** One JSON line an entry. What could be a secret is cut out here, whoever logs it. */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  return pino(
    {
      level,
      base: { service: 'server' },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: ['authorization', '*.authorization', '*.password', '*.token', '*.secret', '*.passwordHash', '*.cookie'],
        censor: '[redacted]',
      },
    },
    destination ?? pino.destination(1),
  );
}
