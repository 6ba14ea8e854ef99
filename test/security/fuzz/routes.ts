import { createHash } from 'node:crypto';
import { password } from '../../harness/people.ts';
import { oddJson, oddText } from './odd-values.ts';
import type { Random } from './random.ts';

/** A browser in which somebody is signed in. */
export type Browser = { email: string; cookie: string; csrfToken: string };

/** Signs somebody in as a page of ours does. */
export async function openBrowser({ url }: { url: string }, email: string): Promise<Browser> {
  const answer = await fetch(`${url}/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url },
    body: JSON.stringify({ email, password }),
  });
  const { csrfToken } = (await answer.json()) as { csrfToken: string };
  const cookie = answer.headers.getSetCookie().map((line) => line.split(';', 1)[0]);
  return { email, cookie: cookie.join('; '), csrfToken };
}

type Fields = Record<string, unknown>;
type Asked = { body: string | null; type: string; search: string };

const verifier = 'v'.repeat(43);
const redirectUri = 'http://127.0.0.1:9/back';
const authorize = {
  response_type: 'code',
  client_id: 'sightline-cli',
  redirect_uri: redirectUri,
  code_challenge: createHash('sha256').update(verifier).digest('base64url'),
  code_challenge_method: 'S256',
  state: 'state',
};
const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';
const issuerAnswer = () => ({ state: 'x'.repeat(43), code: 'code', iss: 'https://issuer.example' });

/** What each route takes, nearly as it should be: what is behind the first check is only reached with that. */
const wellMeant: Record<string, (random: Random, browser: Browser) => Fields> = {
  'POST /session': (_, { email }) => ({ email, password, deviceName: 'a browser' }),
  'POST /session/second-factor': () => ({ ticket: `slt_${'x'.repeat(43)}`, code: '123456' }),
  'POST /session/identity': () => ({ code: `sli_${'x'.repeat(43)}`, verifier, deviceName: 'a browser' }),
  'POST /session/organization': () => ({ organizationId: Buffer.from('Organization:x').toString('base64url') }),
  'POST /session/invitation': () => ({ token: `sln_${'x'.repeat(43)}` }),
  'POST /oauth/device': () => ({ client_id: 'sightline-cli', device_name: 'a device' }),
  'POST /oauth/token': (random) =>
    random.pick<Fields>([
      {
        ...{ grant_type: 'authorization_code', client_id: 'sightline-cli', redirect_uri: redirectUri },
        ...{ code: `slo_${'x'.repeat(43)}`, code_verifier: verifier },
      },
      { grant_type: 'refresh_token', client_id: 'sightline-cli', refresh_token: `slr_${'x'.repeat(43)}` },
      { grant_type: deviceGrant, client_id: 'sightline-cli', device_code: `sld_${'x'.repeat(43)}` },
    ]),
  'POST /oauth/sign-in': (random, { email }) => ({
    ...{ email, password },
    return_to: random.pick(['/oauth/authorize', '/oauth/device/verify?user_code=AAAA-BBBB']),
  }),
  'GET /oauth/authorize': () => authorize,
  'POST /oauth/authorize': (_, { csrfToken }) => ({ ...authorize, csrf: csrfToken, decision: 'allow' }),
  'GET /oauth/device/verify': () => ({ user_code: 'AAAA-BBBB' }),
  'POST /oauth/device/verify': (_, { csrfToken }) => ({
    ...{ csrf: csrfToken, user_code: 'AAAA-BBBB', decision: 'allow' },
  }),
  'GET /identity/callback/:provider': issuerAnswer,
  'POST /identity/callback/:provider': issuerAnswer,
  'POST /internal/introspect': () => ({ token: `slk_${'x'.repeat(43)}`, address: '192.0.2.1' }),
  'POST /internal/usage': () => ({
    records: [
      {
        ...{ id: '00000000-0000-4000-8000-000000000000', organizationId: '00000000-0000-4000-8000-000000000000' },
        ...{ apiKeyId: null, task: 'detect', model: 'a model', count: 1, at: '2026-01-01T00:00:00.000Z' },
      },
    ],
  }),
  'POST /internal/quota': () => ({
    ...{ organizationId: '00000000-0000-4000-8000-000000000000', lease: '00000000-0000-4000-8000-000000000001' },
    ...{ holder: 'a sidecar', wants: [1, 2], ahead: 0 },
  }),
  'POST /internal/quota/return': () => ({ lease: '00000000-0000-4000-8000-000000000001', kept: 1 }),
};

/** Odd ways to write a text that is nearly right: what it holds is looked at by some, and what it is by others. */
const spoiled = (random: Random, text: string) =>
  random.pick([
    `${text}\0`,
    `\0${text}`,
    `${text}\ud800`,
    `\udc00${text}`,
    `${text.slice(0, 3)}\u0007\u001b[2J${text.slice(3)}`,
    `${'x'.repeat(99)}😀`,
    `${'x'.repeat(253)}😀`,
    `${text}\u0085\u2028`,
    ` ${text} `,
    oddText(random),
  ]);

function spoil(random: Random, value: unknown): unknown {
  if (random.chance(0.15)) return oddJson(random);
  if (Array.isArray(value)) return value.map((item: unknown) => spoil(random, item));
  if (typeof value === 'object' && value !== null) return spoilOne(random, value as Fields);
  return typeof value === 'string' ? spoiled(random, value) : oddText(random);
}

/** The fields with one that is odd; now and then one too many, and now and then all as they should be. */
function spoilOne(random: Random, fields: Fields): Fields {
  if (random.chance(0.05)) return fields;
  const name = random.pick(Object.keys(fields));
  const changed = { ...fields, [name]: spoil(random, fields[name]) };
  return random.chance(0.1) ? { ...changed, [oddText(random)]: oddText(random) } : changed;
}

const takesForms = (url: string) => url.startsWith('/oauth/') || url.startsWith('/identity/callback/');

/** A request that a route understands up to one field; null where a route takes none. */
export function nearlyRight(random: Random, route: { method: string; url: string }, browser: Browser): Asked | null {
  const fields = wellMeant[`${route.method} ${route.url}`]?.(random, browser);
  if (!fields) return null;
  const made = spoilOne(random, fields);
  const form = String(
    new URLSearchParams(
      Object.entries(made).map(([name, value]): [string, string] => [
        name.toWellFormed(),
        (typeof value === 'string' ? value : JSON.stringify(value)).toWellFormed(),
      ]),
    ),
  );
  if (route.method === 'GET') return { body: null, type: 'application/json', search: form.slice(0, 4_000) };
  if (takesForms(route.url)) return { body: form, type: 'application/x-www-form-urlencoded', search: '' };
  return { body: JSON.stringify(made), type: 'application/json', search: '' };
}

/** Routes that are asked with nearly the right fields. */
export const knownRoutes: readonly string[] = Object.keys(wellMeant);
