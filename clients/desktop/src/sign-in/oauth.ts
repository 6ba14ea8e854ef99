import { ConnectionError, ResponseInvalidError } from '@sightline/core';
import type { Tokens } from '@sightline/core';

/** Where a server lets programs in (RFC 8414). */
export type OAuthServer = {
  issuer: string;
  authorizationEndpoint: string;
  tokenEndpoint: string;
  deviceEndpoint: string;
  /** As which program people are asked to let it in: one of the server's public clients. */
  clientId: string;
};

/** The server said no, in the words of RFC 6749, 5.2. `error` is its code. */
export class OAuthRefusedError extends Error {
  override readonly name = 'OAuthRefusedError';
  readonly error: string;
  constructor(error: string, description: string) {
    super(description || error);
    this.error = error;
  }
}

const timeoutMs = 30_000;

/** Throws ConnectionError where nobody answers, ResponseInvalidError where it is no Sightline server. */
export async function discover(
  url: string,
  { clientId = 'sightline-desktop', signal }: { clientId?: string; signal: AbortSignal },
): Promise<OAuthServer> {
  const { ok, body } = await ask(`${url}/.well-known/oauth-authorization-server`, { signal });
  const read = (name: string) => (ok && typeof body[name] === 'string' ? body[name] : '');
  const found = {
    issuer: read('issuer'),
    authorizationEndpoint: read('authorization_endpoint'),
    tokenEndpoint: read('token_endpoint'),
    deviceEndpoint: read('device_authorization_endpoint'),
  };
  if (Object.values(found).some((value) => !URL.canParse(value))) throw new ResponseInvalidError('No address of ours.');
  return { ...found, clientId };
}

/** Sends a form; the answer's fields. Throws OAuthRefusedError, and ConnectionError also where a proxy says that nobody is there. */
export async function post(url: string, fields: Record<string, string>, signal: AbortSignal) {
  const { ok, status, body } = await ask(url, { method: 'POST', body: new URLSearchParams(fields), signal });
  if (ok) return body;
  if (status >= 500 && typeof body['error'] !== 'string')
    throw new ConnectionError(`${new URL(url).origin} answered ${status}.`, { requestId: null });
  throw new OAuthRefusedError(String(body['error'] ?? 'server_error'), String(body['error_description'] ?? ''));
}

/** Tokens for a code. Throws OAuthRefusedError, ConnectionError. */
export async function redeem(
  server: OAuthServer,
  fields: Record<string, string>,
  signal: AbortSignal,
): Promise<Tokens> {
  const body = await post(server.tokenEndpoint, { client_id: server.clientId, ...fields }, signal);
  const { access_token: token, refresh_token: refreshToken } = body;
  if (typeof token !== 'string' || typeof refreshToken !== 'string') throw new ResponseInvalidError('No tokens came.');
  return { token, refreshToken };
}

async function ask(url: string, init: RequestInit & { signal: AbortSignal }) {
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, {
      ...init,
      redirect: 'error',
      headers: { accept: 'application/json' },
      signal: AbortSignal.any([init.signal, AbortSignal.timeout(timeoutMs)]),
    });
    text = await response.text();
  } catch (error) {
    init.signal.throwIfAborted();
    throw new ConnectionError(`${new URL(url).origin} cannot be reached.`, { requestId: null, cause: error });
  }
  return { ok: response.ok, status: response.status, body: parse(text) };
}

function parse(text: string): Record<string, unknown> {
  try {
    return { ...(JSON.parse(text) as object) };
  } catch {
    return {};
  }
}
