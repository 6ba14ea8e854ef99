import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import type { BreachCheck } from '../ports/breach-check.ts';
import type { SafeFetch } from '../ports/safe-fetch.ts';

type Deps = {
  /** Answers `GET <url>/<first 5 digits of the SHA-1>` with lines of `<other 35 digits>:<how often>`. */
  url: string;
  fetch: SafeFetch;
  log: Pick<Logger, 'warn'>;
};

const prefixDigits = 5;
/** Somebody waits for their sign-up meanwhile. */
const timeoutMs = 2_000;

/**
 * Asks a range service whether a password was lost by others. It learns 5 of 40 digits of a hash, which hundreds of
 * passwords share, and, asked for padding, its answers tell an eavesdropper nothing by their length.
 */
export function createRangeBreachCheck({ url, fetch, log }: Deps): BreachCheck {
  return {
    async isBreached(password) {
      const digest = createHash('sha1').update(password.normalize('NFKC')).digest('hex').toUpperCase();
      const [prefix, rest] = [digest.slice(0, prefixDigits), digest.slice(prefixDigits)];
      try {
        const { status, body } = await fetch(`${url}/${prefix}`, { timeoutMs, headers: { 'add-padding': 'true' } });
        if (status !== 200) throw new Error(`The breach check answered ${status}.`);
        // Padding comes as lines that were seen no times.
        return Buffer.from(body)
          .toString('latin1')
          .split('\n')
          .some((line) => line.slice(0, rest.length).toUpperCase() === rest && !/:0+\s*$/.test(line));
      } catch (error) {
        log.warn({ err: error }, 'a new password could not be checked against lost ones');
        return false;
      }
    },
  };
}
