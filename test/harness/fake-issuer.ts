import assert from 'node:assert/strict';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignJWT, decodeJwt, decodeProtectedHeader } from 'jose';
import type { JWTPayload } from 'jose';
import { Provider } from 'oidc-provider';
import type { JWK } from 'oidc-provider';

export type Account = { subject: string; email?: unknown; email_verified?: unknown; name?: string };
export type FakeAnswer = { status: number; headers: Record<string, string>; body: string };

/** What lies between an honest issuer and whoever asks it; every test puts its own lie here. */
export type Tampering = {
  /** The document of discovery. */
  metadata?: (metadata: Record<string, unknown>) => Record<string, unknown>;
  jwks?: (keys: JWK[]) => unknown[];
  /** The form that is sent to the token endpoint, before the issuer reads it. */
  tokenRequest?: (form: URLSearchParams) => void | Promise<void>;
  token?: (body: Record<string, unknown>) => Record<string, unknown> | Promise<Record<string, unknown>>;
  userinfo?: (body: Record<string, unknown>) => Record<string, unknown>;
  /** Any answer, by the path that was asked for. */
  answer?: (path: string, answer: FakeAnswer) => FakeAnswer;
};

export type FakeIssuer = AsyncDisposable & {
  readonly url: string;
  /** As `OUTBOUND_HOSTS` names it. */
  readonly host: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Who sits before the browser. */
  account: Account;
  tampering: Tampering;
  /** Starts to answer, once it is known where people are sent back to. */
  open(redirectUris: string[], options?: { claimsInIdToken?: boolean }): void;
  /** Another key from now on; the one before is withdrawn. */
  rotate(): void;
  readonly key: { kid: string; privateKey: KeyObject; publicKey: KeyObject };
  /** An ID token with these claims, by the issuer's own key unless said otherwise. */
  sign(claims: JWTPayload, header?: Record<string, unknown>, key?: KeyObject | Uint8Array): Promise<string>;
  /** Goes where a browser is sent, signs in, and gives where the browser is sent back to, or the form it sends there. */
  browse(url: string): Promise<{ url: URL; form: URLSearchParams | null }>;
};

export const rsaKey = () => generateKeyPairSync('rsa', { modulusLength: 2048 });

/** A real issuer (oidc-provider) in this process, behind a proxy that can lie in its name. */
export async function startFakeIssuer(): Promise<FakeIssuer> {
  const clientId = 'sightline-at-fake';
  const clientSecret = 'secret-of-the-client-at-the-fake-issuer';
  let key = newKey();
  let inner: Server | null = null;
  let reopen = () => {};
  const outer = createServer((request, response) => void relay(request, response).catch(() => response.destroy()));
  await new Promise<void>((resolve) => outer.listen(0, '127.0.0.1', resolve));
  const url = urlOf(outer);

  const fake: FakeIssuer = {
    url,
    host: new URL(url).host,
    clientId,
    clientSecret,
    account: { subject: 'nobody' },
    tampering: {},
    get key() {
      return key;
    },
    open(redirectUris, { claimsInIdToken = false } = {}) {
      reopen = () => {
        inner?.close();
        const provider = newProvider(redirectUris, claimsInIdToken);
        const handle = provider.callback();
        inner = createServer((request, response) => {
          if (!request.url?.startsWith('/interaction/')) return void handle(request, response);
          const result = { login: { accountId: fake.account.subject } };
          void provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
        });
        inner.listen(0, '127.0.0.1');
      };
      reopen();
    },
    rotate() {
      key = newKey();
      reopen();
    },
    async sign(claims, header = {}, by = key.privateKey) {
      return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: key.kid, ...header }).sign(by);
    },
    async browse(start) {
      const cookies = new Map<string, string>();
      for (let at = start, hops = 0; hops < 10; hops += 1) {
        const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
        const response = await fetch(at, { redirect: 'manual', headers: { cookie } });
        for (const each of response.headers.getSetCookie()) {
          const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(each) ?? [];
          cookies.set(name, value);
        }
        const text = await response.text();
        const location = response.headers.get('location');
        if (location === null) return formIn(text, `${response.status} of ${at}`);
        const next = new URL(location, at);
        if (next.origin !== url) return { url: next, form: null };
        at = next.href;
      }
      throw new Error('The issuer sends the browser in circles.');
    },
    async [Symbol.asyncDispose]() {
      for (const server of [outer, inner]) {
        server?.closeAllConnections();
        server?.close();
      }
    },
  };

  function newProvider(redirectUris: string[], claimsInIdToken: boolean): Provider {
    const jwk = { ...key.privateKey.export({ format: 'jwk' }), kid: key.kid, use: 'sig', alg: 'RS256' } as JWK;
    return new Provider(url, {
      clients: [
        {
          client_id: clientId,
          client_secret: clientSecret,
          redirect_uris: redirectUris,
          token_endpoint_auth_method: 'client_secret_post',
        },
      ],
      jwks: { keys: [jwk] },
      cookies: { keys: [randomUUID()] },
      claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
      conformIdTokenClaims: !claimsInIdToken,
      features: { devInteractions: { enabled: false } },
      pkce: { required: () => true },
      interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
      findAccount: (_ctx, accountId) => ({
        accountId,
        claims: () => {
          const { subject, ...claims } = fake.account;
          return { sub: subject, ...claims } as { sub: string };
        },
      }),
      // Nobody is asked whether they agree.
      async loadExistingGrant(ctx) {
        const grant = new ctx.oidc.provider.Grant({ clientId, accountId: ctx.oidc.session?.accountId ?? '' });
        grant.addOIDCScope('openid email profile');
        await grant.save();
        return grant;
      },
    });
  }

  async function relay(request: IncomingMessage, response: ServerResponse): Promise<void> {
    assert.ok(inner, 'open() comes first');
    const path = new URL(request.url ?? '/', url).pathname;
    const { tampering } = fake;
    let sent = await textOf(request);
    if (path === '/token' && tampering.tokenRequest) {
      const form = new URLSearchParams(sent);
      await tampering.tokenRequest(form);
      sent = form.toString();
    }
    const { host, ...headers } = request.headers;
    const target = await fetchAs(`${urlOf(inner)}${request.url}`, {
      method: request.method ?? 'GET',
      headers: { ...(headers as Record<string, string>), 'content-length': String(Buffer.byteLength(sent)) },
      host: host ?? '',
      body: sent,
    });
    let answer = target.answer;
    const json = () => JSON.parse(answer.body) as Record<string, unknown>;
    const become = (body: unknown) => (answer = { ...answer, body: JSON.stringify(body) });
    if (path.endsWith('/openid-configuration') && tampering.metadata) become(tampering.metadata(json()));
    if (path === '/jwks' && tampering.jwks) become({ keys: tampering.jwks(json()['keys'] as JWK[]) });
    if (path === '/token' && answer.status === 200 && tampering.token) become(await tampering.token(json()));
    if (path === '/me' && answer.status === 200 && tampering.userinfo) become(tampering.userinfo(json()));
    if (tampering.answer) answer = tampering.answer(path, answer);
    const { 'content-length': _length, 'transfer-encoding': _encoding, ...kept } = answer.headers;
    response.writeHead(answer.status, { ...kept, ...(target.cookies.length > 0 && { 'set-cookie': target.cookies }) });
    response.end(answer.body);
  }

  return fake;
}

/** The ID token of an answer with other claims or another head, signed as the issuer does unless a key is given. */
export async function resign(
  fake: FakeIssuer,
  body: Record<string, unknown>,
  change: (claims: JWTPayload) => JWTPayload,
  header: Record<string, unknown> = {},
  key?: KeyObject | Uint8Array,
): Promise<Record<string, unknown>> {
  const token = String(body['id_token']);
  const honest = { ...decodeProtectedHeader(token), ...header };
  return { ...body, id_token: await fake.sign(change(decodeJwt(token)), honest, key) };
}

function newKey() {
  return { kid: randomUUID(), ...rsaKey() };
}

function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString();
}

type Sent = { method: string; headers: Record<string, string>; host: string; body: string };

/** `fetch` decides the host by itself; the issuer has to hear the one that was asked for. */
async function fetchAs(target: string, { method, headers, host, body }: Sent) {
  const { request } = await import('node:http');
  return new Promise<{ answer: FakeAnswer; cookies: string[] }>((resolve, reject) => {
    const asked = request(target, { method, headers: { ...headers, host }, agent: false }, (response) => {
      textOf(response).then((text) => {
        const kept = Object.entries(response.headers).flatMap(([name, value]) =>
          typeof value === 'string' ? [[name, value]] : [],
        );
        const answer = { status: response.statusCode ?? 0, headers: Object.fromEntries(kept), body: text };
        resolve({ answer, cookies: response.headers['set-cookie'] ?? [] });
      }, reject);
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

/** The form by which `response_mode=form_post` goes on, as a browser would send it. */
function formIn(html: string, story: string) {
  const [, action] = /action="([^"]+)"/.exec(html) ?? [];
  assert.ok(action, `${story}: ${html.slice(0, 500)}`);
  const fields = [...html.matchAll(/name="([^"]+)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [
    name,
    value,
  ]);
  return { url: new URL(action), form: new URLSearchParams(fields) };
}
