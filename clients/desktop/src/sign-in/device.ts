import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { ResponseInvalidError } from '@sightline/core';
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

/** Signs in where there is no browser (RFC 8628): the person lets this machine in from another. Throws OAuthRefusedError. */
export async function signInByDevice({ server, signal, onCode }: Deps): Promise<Tokens> {
  const begun = await post(server.deviceEndpoint, { client_id: server.clientId, device_name: hostname() }, signal);
  const { device_code: deviceCode, user_code: userCode, verification_uri: address } = begun;
  if (typeof deviceCode !== 'string' || typeof userCode !== 'string' || typeof address !== 'string') {
    throw new ResponseInvalidError('No code came.');
  }
  onCode({ userCode, address });
  let seconds = Number(begun['interval']) || slowerSeconds;
  for (;;) {
    await delay(seconds * 1_000, undefined, { signal });
    try {
      return await redeem(server, { grant_type: grantType, device_code: deviceCode }, signal);
    } catch (error) {
      if (!(error instanceof OAuthRefusedError)) throw error;
      if (error.error === 'slow_down') seconds += slowerSeconds;
      else if (error.error !== 'authorization_pending') throw error;
    }
  }
}
