import { createLocalJWKSet, errors } from 'jose';
import type { JSONWebKeySet, JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { SidecarError } from '../errors.ts';
import type { Logger } from '../logger.ts';

type Deps = {
  url: string;
  fetch: typeof globalThis.fetch;
  now(): number;
  log: Pick<Logger, 'warn' | 'info'>;
};

/** Finds the key that a token names. `generation` changes whenever other keys became the valid ones. */
export type KeySet = { find: JWTVerifyGetKey; readonly generation: number };

/** After this long the keys are asked for again, beside the work: a key that its issuer took back dies by then. */
const freshMs = 300_000;
/** Longer than this nobody trusts keys that could not be asked for again. */
const staleMs = 24 * 3_600_000;
/** Strangers choose what a token names: they must not make us ask all the time. */
const cooldownMs = 30_000;
/** Without any keys nobody gets in, so it is worth asking sooner. */
const firstCooldownMs = 1_000;
const timeoutMs = 5_000;
const bytesMax = 256 * 1024;

const keySetSchema = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).max(100) });

type Kept = { find: ReturnType<typeof createLocalJWKSet>; text: string; at: number };

/**
 * The issuer's public keys (RFC 7517), fetched when first needed and kept in memory: while the issuer is away, tokens go
 * on being checked for a day.
 */
export function createKeySet({ url, fetch, now, log }: Deps): KeySet {
  let kept: Kept | null = null;
  let generation = 0;
  let askedAt = -Infinity;
  let asking: Promise<void> | null = null;

  async function ask(): Promise<void> {
    const response = await fetch(url, {
      headers: { accept: 'application/jwk-set+json, application/json' },
      signal: AbortSignal.timeout(timeoutMs),
      redirect: 'error',
    });
    if (!response.ok) throw new Error(`${url} answered ${response.status}.`);
    const text = await boundedText(response);
    const set = keySetSchema.parse(JSON.parse(text)) as JSONWebKeySet;
    const changed = kept?.text !== text;
    kept = { find: changed || !kept ? createLocalJWKSet(set) : kept.find, text, at: now() };
    if (!changed) return;
    generation++;
    log.info({ keyCount: set.keys.length }, 'keys of signed tokens read');
  }

  /** Asks once for all who want to know. Never throws: who needs keys looks at `kept`. */
  function askAgain(): Promise<void> {
    askedAt = now();
    asking ??= ask()
      .catch((error: unknown) => log.warn({ err: error }, 'the keys of signed tokens could not be read'))
      .finally(() => (asking = null));
    return asking;
  }

  const usable = () => (kept && kept.at + staleMs > now() ? kept : null);
  const mayAsk = () => now() - askedAt >= (usable() ? cooldownMs : firstCooldownMs);

  return {
    get generation() {
      return generation;
    },
    /** Throws what jose throws where no key fits, and SERVICE_UNAVAILABLE where there are none to look at. */
    async find(header, token) {
      if (!usable()) await (mayAsk() ? askAgain() : asking);
      const current = usable();
      if (!current) throw new SidecarError('SERVICE_UNAVAILABLE', 'Your token cannot be checked right now. Try again.');
      if (current.at + freshMs <= now() && mayAsk()) void askAgain();
      try {
        return await current.find(header, token);
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
        // The issuer may have changed its keys since; or somebody is asking for it already.
        if (mayAsk()) await askAgain();
        else if (asking) await asking;
        else throw error;
        return await (usable() ?? current).find(header, token);
      }
    },
  };
}

/** Throws for a body that no set of keys has. */
async function boundedText({ body }: Response): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of body ?? []) {
    bytes += piece.byteLength;
    if (bytes > bytesMax) throw new Error('The set of keys is larger than it may be.');
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}
