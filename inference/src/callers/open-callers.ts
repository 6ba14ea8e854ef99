import type { Config } from '../config.ts';
import { createCallers } from '../http/callers.ts';
import type { Callers } from '../http/callers.ts';
import type { Logger } from '../logger.ts';
import { createIntrospection } from './introspection.ts';
import { createKeySet } from './jwks.ts';
import { createLimiter } from './limits.ts';
import { createQuota, noQuota } from './quota.ts';
import type { Quota } from './quota.ts';
import { followRevocations } from './revocations.ts';
import { createReadSignedToken } from './signed-tokens.ts';
import { createTokenBuckets } from './token-bucket.ts';

type Deps = {
  config: Pick<Config, 'serviceToken' | 'localToken' | 'serverUrl' | 'signedTokens' | 'rateLimits'>;
  requireRoom(): void;
  fetch: typeof globalThis.fetch;
  now(): number;
  log: Logger;
};

/** Some megabytes of memory. */
const bucketsMax = 20_000;

/** Everything that says who calls and how often; stops listening for revoked keys when disposed. */
export function openCallers({
  config,
  requireRoom,
  fetch,
  now,
  log,
}: Deps): AsyncDisposable & { callers: Callers; quota: Quota } {
  const { serviceToken, localToken, serverUrl, signedTokens, rateLimits } = config;
  const asked =
    serverUrl !== null && serviceToken !== null
      ? { introspection: createIntrospection({ serverUrl, serviceToken, fetch, now }), serverUrl, serviceToken }
      : null;
  const quota = asked ? createQuota({ ...asked, fetch, log }) : noQuota;
  const forget = (id: string | null) => {
    asked?.introspection.forget(id);
    quota.forget(id);
  };
  const following = asked && followRevocations({ ...asked, forget, fetch, log });
  const readSignedToken =
    signedTokens &&
    createReadSignedToken({
      keys: createKeySet({ url: signedTokens.keysUrl, fetch, now, log }),
      issuer: signedTokens.issuer,
      audience: signedTokens.audience,
      now,
    });
  const callers = createCallers({
    serviceToken,
    localToken,
    introspection: asked?.introspection ?? null,
    readSignedToken,
    limiter: createLimiter({ buckets: createTokenBuckets({ bucketsMax, now }), local: rateLimits.local }),
    limitsDefault: rateLimits,
    quota,
    requireRoom,
  });
  return {
    callers,
    quota,
    async [Symbol.asyncDispose]() {
      await following?.[Symbol.asyncDispose]();
      await quota[Symbol.asyncDispose]();
    },
  };
}
