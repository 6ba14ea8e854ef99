import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Pool } from 'undici';
import { graphql } from '../harness/graphql.ts';
import { createKey, signUp } from '../harness/people.ts';
import { noteSecrets } from '../harness/secrets.ts';
import { serviceToken, startTestServer } from '../harness/server.ts';
import type { TestServer } from '../harness/server.ts';
import { internalsIn } from './fuzz/internals.ts';
import { mutate, oddJson, oddText } from './fuzz/odd-values.ts';
import { createRandom } from './fuzz/random.ts';
import { showProgress } from './fuzz/progress.ts';
import type { Random } from './fuzz/random.ts';
import { knownRoutes, nearlyRight, openBrowser } from './fuzz/routes.ts';
import type { Browser } from './fuzz/routes.ts';
import { isLong, report } from './report.ts';

const perRoute = isLong ? 500 : 30;
const parallel = 8;
/** A request that takes this long hangs. Ours that are slow on purpose are ended after ten seconds. */
const hangMs = 30_000;
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
const types = [
  'application/json',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'text/plain',
  'application/json; charset=utf-16',
  'image/jpeg',
  'x/y',
  ';',
];

type Asked = { method: (typeof methods)[number]; path: string; headers: Record<string, string>; body: string | null };
type Known = { tokens: string[]; links: string[]; browsers: Browser[] };

let server: TestServer;
let pool: Pool;
before(async () => {
  server = await startTestServer();
  pool = new Pool(server.url, { connections: parallel, headersTimeout: hangMs, bodyTimeout: hangMs });
});
after(async () => {
  await pool.destroy();
  await server[Symbol.asyncDispose]();
});

test(`every route, ${perRoute} times as nobody would ask: no 5xx, nothing of our insides`, async (t) => {
  const seed = Number(process.env['FUZZ_SEED'] ?? (isLong ? Date.now() % 1_000_000 : 20_261_121));
  t.diagnostic(`FUZZ_SEED=${seed}`);
  const random = createRandom(seed);
  // Readiness may be down for good reasons, and says so with 503.
  const routes = server.app.routes.filter(({ url }) => url !== '/health/ready');
  assert.ok(routes.length >= 8, JSON.stringify(routes));
  // A new route that takes fields is to be asked with nearly right ones: see `fuzz/routes.ts`.
  const asked = routes.map(({ method, url }) => `${method} ${url}`);
  assert.deepEqual(
    knownRoutes.filter((name) => !asked.includes(name)),
    [],
  );
  assert.deepEqual(
    asked.filter((name) => name.startsWith('POST ') && !knownRoutes.includes(name)),
    withoutFields,
  );
  const known = await newcomer();
  const told = showProgress('REST', routes.length * perRoute);
  const open = routes.flatMap((route) => Array.from({ length: perRoute }, () => makeRequest(random, route, known)));
  const tried = open.length;
  const statuses = new Map<number, number>();
  const bad: string[] = [];
  const counts = { '5xx': 0, hangs: 0, internals: 0, 'without a code': 0 };

  await Promise.all(
    Array.from({ length: parallel }, async () => {
      for (let next = open.pop(); next; next = open.pop()) {
        const answer = await send(next);
        told();
        noteSecrets(answer.text);
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
        const sent = `${next.path} ${next.body} ${JSON.stringify({ ...next.headers, authorization: next.headers['authorization']?.slice(0, 12) })}`;
        const found = next.path.startsWith('/metrics') ? [] : internalsIn(answer.text, sent);
        const isCoded =
          answer.status < 400 || next.method === 'HEAD' || /"(code|error)": ?"|role="alert"/.test(answer.text);
        const wrong = [
          ...(answer.status >= 500 ? (['5xx'] as const) : []),
          ...(answer.status === 0 ? (['hangs'] as const) : []),
          ...(found.length > 0 ? (['internals'] as const) : []),
          ...(isCoded ? [] : (['without a code'] as const)),
        ];
        for (const kind of wrong) counts[kind] += 1;
        if (wrong.length > 0 && bad.length < 20) {
          bad.push(
            `${wrong} ${found} ${answer.status} ${answer.text.slice(0, 600)}\n  ${next.method} ${sent.slice(0, 700)}`,
          );
        }
      }
    }),
  );

  const facts = { routes: routes.length, ...Object.fromEntries([...statuses].sort()) };
  report('fuzzed requests, REST', { tried, ...counts }, facts);
  t.diagnostic(JSON.stringify(facts));
  const logged = server.logs.filter((line) => line.includes('"level":"error"')).slice(0, 5);
  assert.deepEqual(bad, [], `FUZZ_SEED=${seed}\n${bad.join('\n\n')}\n${logged.join('\n')}`);
  assert.deepEqual(Object.values(counts), [0, 0, 0, 0]);
  assert.equal((await fetch(`${server.url}/health/live`)).status, 200);
});

/** These take nothing but cookies. */
// What is signed is tried in payment-webhooks.test.ts: without that nothing of it is read. A batch of a session is a row
// of messages of a type of its own, and is tried in batch-fuzz.test.ts.
const withoutFields = ['POST /session/refresh', 'POST /webhooks/stripe', 'POST /internal/sessions/:id/batches'];

async function newcomer(): Promise<Known> {
  const person = await signUp(server, 'fuzz');
  const key = await createKey(server, person, ['READ', 'WRITE']);
  const links: string[] = [];
  for (let left = 5; left > 0; left -= 1) {
    const made = await graphql(
      server,
      'mutation ($input: CreateUploadInput!) { createUpload(input: $input) { ... on CreateUploadPayload { url } } }',
      { input: { fileName: 'fuzz.jpg', contentType: 'image/jpeg', byteSize: 4 } },
      person,
    );
    const { pathname, search } = new URL(made.expectData().createUpload.url);
    links.push(pathname + search);
  }
  const browsers: Browser[] = [];
  for (let left = 10; left > 0; left -= 1)
    browsers.push(await openBrowser(server, (await signUp(server, 'fuzz')).email));
  return { tokens: [person.token, key.secret, serviceToken, serviceToken, 'no', ''], links, browsers };
}

function makeRequest(random: Random, route: { method: string; url: string }, known: Known): Asked {
  const { tokens, links, browsers } = known;
  const browser = random.pick(browsers);
  const nearly = random.chance(0.6) ? nearlyRight(random, route, browser) : null;
  if (nearly) {
    const url = route.url.replace(':provider', () => encode(random.pick(['google', oddText(random)])));
    const headers = {
      'content-type': nearly.type,
      ...(route.url.startsWith('/internal/')
        ? { authorization: `Bearer ${serviceToken}` }
        : { origin: server.url, cookie: browser.cookie, 'x-csrf-token': browser.csrfToken }),
    };
    const path = nearly.search ? `${url}?${nearly.search}` : url;
    return { method: route.method as Asked['method'], path: tidy(path), headers, body: nearly.body };
  }
  const token = random.pick(tokens);
  const method = random.chance(0.8) ? (route.method as Asked['method']) : random.pick(methods);
  const isFile = route.url.startsWith('/files/') && random.chance(0.6);
  const filled = route.url.replaceAll(/:\w+|\*/g, () => encode(oddText(random)));
  const search = new URLSearchParams(
    random.times(4, () => [name(random), oddText(random).toWellFormed().slice(0, 2_000)]),
  );
  let path = isFile ? random.pick(links) : `${filled}${random.chance(0.6) ? `?${search}` : ''}`;
  if (random.chance(0.3)) path = mutate(random, path);
  const body = random
    .pick([
      JSON.stringify(oddJson(random)),
      JSON.stringify(Object.fromEntries(random.times(6, () => [name(random), oddJson(random)]))),
      String(search),
      mutate(random, JSON.stringify(oddJson(random))),
      oddText(random),
      'abcd',
      '',
    ])
    .toWellFormed();
  const headers: Record<string, string> = {
    ...(token && { authorization: `Bearer ${token}` }),
    ...(random.chance(0.9) && { 'content-type': random.chance(0.5) ? types[0]! : random.pick(types) }),
    ...(random.chance(0.2) && { cookie: `__Host-sightline=${name(random)}; __Host-sightline-access=${token}` }),
    ...(random.chance(0.2) && {
      [random.pick([
        'accept',
        'accept-language',
        'origin',
        'if-none-match',
        'range',
        'x-request-id',
        'x-csrf-token',
        'x-forwarded-for',
      ])]: headerText(oddText(random)),
    }),
  };
  const hasBody = method !== 'GET' && method !== 'HEAD';
  return { method, path: tidy(path), headers, body: hasBody ? body : null };
}

/** Names that routes know, so that what is behind the first check is tried as well. */
const name = (random: Random) =>
  random.pick([
    'token', 'address', 'records', 'grant_type', 'client_id', 'code', 'redirect_uri', 'code_verifier', 'device_code',
    'refresh_token', 'user_code', 'state', 'scope', 'response_type', 'code_challenge', 'code_challenge_method', 'email',
    'password', 'input', 'method', 'expires', 'type', 'size', 'signature', 'error', 'iss', '__proto__', 'id',
  ]); // prettier-ignore

const encode = (text: string) => encodeURIComponent(text.toWellFormed());
const headerText = (text: string) => text.replaceAll(/[^\x20-\x7e]/g, '').slice(0, 2_000);
/** A path that a client can send at all: broken heads are tried in `headers.test.ts`. */
const tidy = (path: string) =>
  `/${path
    .replace(/^\/+/, '')
    .replaceAll(/[^\x21-\x7e]/g, '')
    .slice(0, 12_000)}`;

async function send({ method, path, headers, body }: Asked): Promise<{ status: number; text: string }> {
  try {
    const answer = await pool.request({ method, path, headers, body, signal: AbortSignal.timeout(hangMs) });
    // For our own processes, and endless.
    if (String(answer.headers['content-type']).includes('ndjson')) {
      answer.body.on('error', () => undefined).destroy();
      return { status: answer.statusCode, text: '' };
    }
    return { status: answer.statusCode, text: await answer.body.text() };
  } catch (error) {
    return { status: 0, text: `no answer: ${String(error)}` };
  }
}
