import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { ConnectionError, ResponseInvalidError } from '@sightline/core';
import type { Tokens } from '@sightline/core';
import { OAuthRefusedError, post, redeem } from './oauth.ts';
import type { OAuthServer } from './oauth.ts';

type Deps = {
  server: OAuthServer;
  signal: AbortSignal;
  /** Told what the person has to open, and the code to compare or type there. */
  onCode(code: { userCode: string; address: string }): void;
};

const grantType = 'urn:ietf:params:oauth:grant-type:device_code';
/** RFC 8628, 3.5: so much longer whenever the server says that it is too often. */
const slowerSeconds = 5;
/** The same: where nobody answers, the wait doubles up to this. */
const waitSecondsMax = 60;

/**
 * Signs in where there is no browser (RFC 8628): the person lets this machine in from another. A connection that is lost meanwhile is
 * waited for until the code is over. Throws OAuthRefusedError, and ConnectionError where nobody answered to the last.
 */
export async function signInByDevice({ server, signal, onCode }: Deps): Promise<Tokens> {
  const begun = await post(server.deviceEndpoint, { client_id: server.clientId, device_name: hostname() }, signal);
  const { device_code: deviceCode, user_code: userCode, verification_uri: address } = begun;
  if (typeof deviceCode !== 'string' || typeof userCode !== 'string' || typeof address !== 'string') {
    throw new ResponseInvalidError('No code came.');
  }
  onCode({ userCode, address });
  const untilMs = performance.now() + (Number(begun['expires_in']) || 0) * 1_000;
  let seconds = Number(begun['interval']) || slowerSeconds;
  let lostCount = 0;
  for (;;) {
    const waitMs = Math.min(seconds * 2 ** lostCount, Math.max(seconds, waitSecondsMax)) * 1_000;
    await delay(waitMs, undefined, { signal });
    try {
      return await redeem(server, { grant_type: grantType, device_code: deviceCode }, signal);
    } catch (error) {
      if (error instanceof ConnectionError) {
        if (performance.now() >= untilMs) throw error;
        lostCount += 1;
        continue;
      }
      if (!(error instanceof OAuthRefusedError)) throw error;
      lostCount = 0;
      if (error.error === 'slow_down') seconds += slowerSeconds;
      else if (error.error !== 'authorization_pending') throw error;
    }
  }
}
