import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Tokens } from '@sightline/core';
import { newDeferred } from '../deferred.ts';
import { OAuthRefusedError, redeem } from './oauth.ts';
import type { OAuthServer } from './oauth.ts';

type Deps = {
  server: OAuthServer;
  signal: AbortSignal;
  /** Told the address that the person has to open. */
  onAddress(address: string): void;
};

const waitMs = 5 * 60_000;

/**
 * Signs in through the browser on this machine (RFC 8252): listens on a port of its own, proves by PKCE that the code is
 * for this program, and takes no answer but the one it asked for. Throws OAuthRefusedError, also after five minutes.
 */
export async function signInByBrowser({ server, signal, onAddress }: Deps): Promise<Tokens> {
  const verifier = randomBytes(32).toString('base64url');
  const state = randomBytes(16).toString('base64url');
  const answered = newDeferred<URLSearchParams>();
  const listener = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const headers = { 'content-type': 'text/plain; charset=utf-8', connection: 'close', 'cache-control': 'no-store' };
    // Any page can make a browser come here; only ours knows what was asked.
    const isOurs = url.pathname === '/callback' && isSame(url.searchParams.get('state') ?? '', state);
    if (request.method !== 'GET' || !isOurs) return void response.writeHead(404, headers).end('Not found.\n');
    response.writeHead(200, headers).end('You can close this page and go back to your terminal.\n');
    response.once('close', () => answered.resolve(url.searchParams));
  });
  const failed = newDeferred<never>();
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(waitMs)]);
  const onEnd = () =>
    failed.reject(
      signal.aborted ? signal.reason : new OAuthRefusedError('expired_token', 'Nobody answered in five minutes.'),
    );
  deadline.addEventListener('abort', onEnd, { once: true });
  failed.promise.catch(() => {});
  listener.once('error', failed.reject);
  try {
    await Promise.race([new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve)), failed.promise]);
    const redirectUri = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/callback`;
    const address = new URL(server.authorizationEndpoint);
    const asked = {
      response_type: 'code',
      client_id: server.clientId,
      redirect_uri: redirectUri,
      state,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    };
    for (const [name, value] of Object.entries(asked)) address.searchParams.set(name, value);
    onAddress(address.href);
    const answer = await Promise.race([answered.promise, failed.promise]);
    // RFC 9207: an answer of another server is none.
    if (answer.get('iss') !== server.issuer) throw new OAuthRefusedError('invalid_request', 'Another server answered.');
    const code = answer.get('code');
    if (code === null) throw new OAuthRefusedError(answer.get('error') ?? 'invalid_request', '');
    const proof = { grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: redirectUri };
    return await redeem(server, proof, signal);
  } finally {
    deadline.removeEventListener('abort', onEnd);
    listener.close();
    listener.closeAllConnections();
  }
}

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
