import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { schema } from '@sightline/server/graphql/schema';
import { Pool } from 'undici';
import { graphql } from '../harness/graphql.ts';
import { createKey, signUp } from '../harness/people.ts';
import { startTestServer } from '../harness/server.ts';
import type { TestServer } from '../harness/server.ts';
import { noteSecrets } from '../harness/secrets.ts';
import { createSource } from '../harness/sources.ts';
import { createGrammar } from './fuzz/graphql-grammar.ts';
import { internalsIn } from './fuzz/internals.ts';
import { mutate, oddJson, oddText } from './fuzz/odd-values.ts';
import { showProgress } from './fuzz/progress.ts';
import { createRandom } from './fuzz/random.ts';
import type { Random } from './fuzz/random.ts';
import { isLong, report } from './report.ts';

const requests = Number(process.env['FUZZ_REQUESTS'] ?? (isLong ? 100_000 : 1_500));
/** Whoever is used loses what they had: fuzzed operations sign out, delete and leave. */
const requestsPerPerson = 250;
const parallel = 8;
/** A request that takes this long hangs; a busy machine does not make one of a second. */
const hangMs = 30_000;

type Asked = { method: string; path: string; headers: Record<string, string>; body: string | null };

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

test(`${requests} requests that nobody would send: no 5xx, nothing of our insides`, async (t) => {
  const seed = Number(process.env['FUZZ_SEED'] ?? (isLong ? Date.now() % 1_000_000 : 20_261_121));
  t.diagnostic(`FUZZ_SEED=${seed}`);
  const statuses = new Map<number, number>();
  const bad: string[] = [];
  let hangs = 0;
  let leaks = 0;
  let failures = 0;
  let slowestMs = 0;
  const told = showProgress('GraphQL', requests);

  for (let done = 0; done < requests; done += requestsPerPerson) {
    const random = createRandom(seed + done);
    const { tokens, ids } = await newcomers(random);
    const grammar = createGrammar({ schema, random, ids });
    const open = Array.from({ length: Math.min(requestsPerPerson, requests - done) }, () =>
      makeRequest(random, grammar, tokens),
    );
    await Promise.all(
      Array.from({ length: parallel }, async () => {
        for (let asked = open.pop(); asked; asked = open.pop()) {
          const startedAt = performance.now();
          const answer = await send(asked);
          slowestMs = Math.max(slowestMs, performance.now() - startedAt);
          told();
          // What this asks for is issued, too, and must not lie about afterwards.
          noteSecrets(answer.text);
          const sent = `${asked.path} ${asked.body} ${JSON.stringify({ ...asked.headers, authorization: asked.headers['authorization']?.slice(0, 12) })}`;
          const story = `${answer.status} ${answer.text.slice(0, 600)}\n  ${asked.method} ${sent.slice(0, 700)}`;
          statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
          const found = internalsIn(answer.text, sent);
          const isOurs = answer.status >= 500 || answer.text.includes('"INTERNAL_SERVER_ERROR"');
          if (answer.status === 0) hangs += 1;
          if (isOurs) failures += 1;
          if (found.length > 0) leaks += 1;
          if ((answer.status === 0 || isOurs || found.length > 0) && bad.length < 20) bad.push(`${found} ${story}`);
        }
      }),
    );
  }

  const facts = { 'slowest, ms': Math.round(slowestMs), ...Object.fromEntries([...statuses].sort()) };
  report('fuzzed requests, GraphQL', { tried: requests, '5xx': failures, hangs, internals: leaks }, facts);
  t.diagnostic(JSON.stringify(facts));
  const logged = server.logs.filter((line) => line.includes('"level":"error"')).slice(0, 5);
  assert.deepEqual(bad, [], `FUZZ_SEED=${seed}\n${bad.join('\n\n')}\n${logged.join('\n')}`);
  assert.equal(hangs + failures + leaks, 0);
  // Most have to be understood, or nothing behind the parser was tried.
  assert.ok((statuses.get(200) ?? 0) > requests / 4, JSON.stringify(facts));
  const { data } = await graphql(server, '{ __typename }');
  assert.equal(data.__typename, 'Query');
});

async function newcomers(random: Random) {
  const [owner, other] = [await signUp(server, 'fuzz'), await signUp(server, 'fuzz-other')];
  const key = await createKey(server, owner, ['READ', 'WRITE']);
  const sourceId = await createSource(server, owner, `fuzz ${random.whole(1e9)}`);
  const of = async (token: string) => {
    const answer = await graphql(server, '{ viewer { user { id } organization { id } signIn { id } } }', {}, { token });
    const { user, organization, signIn } = answer.expectData().viewer;
    return [user.id, organization.id, signIn.id] as string[];
  };
  return {
    tokens: [owner.token, owner.token, owner.token, other.token, key.secret, 'sls_no', ''],
    ids: [...(await of(owner.token)), ...(await of(other.token)), sourceId, key.id],
  };
}

function makeRequest(random: Random, grammar: ReturnType<typeof createGrammar>, tokens: string[]): Asked {
  const { query, variables } = grammar.operation();
  const token = random.pick(tokens);
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    accept: 'application/json',
    ...(token && { authorization: `Bearer ${token}` }),
  };
  const asked: Asked = { method: 'POST', path: '/graphql', headers, body: JSON.stringify({ query, variables }) };
  const kind = random.whole(100);
  if (kind < 55) return asked;
  if (kind < 70) return { ...asked, body: JSON.stringify({ query: mutate(random, query), variables }) };
  if (kind < 78) return { ...asked, body: mutate(random, asked.body ?? '') };
  if (kind < 83) {
    const body = random.pick<unknown>([
      oddJson(random),
      { query: oddJson(random), variables },
      { query, variables: oddJson(random) },
      { query, variables, operationName: oddJson(random), extensions: oddJson(random) },
      [{ query, variables }],
      { query, variables, ...(oddJson(random) as object) },
    ]);
    return { ...asked, body: JSON.stringify(body) ?? '' };
  }
  if (kind < 90) {
    const given = random.chance(0.5) ? query : oddText(random);
    const search = new URLSearchParams({
      query: given.replaceAll(/[\ud800-\udfff]/g, '?'),
      variables: JSON.stringify(variables),
    });
    const path = `/graphql?${random.chance(0.7) ? search : encodeURI(mutate(random, String(search)).toWellFormed())}`;
    return { ...asked, method: 'GET', path: path.slice(0, 12_000).replaceAll(/[^\x21-\x7e]/g, ''), body: null };
  }
  const odd: Record<string, string> = {
    [random.pick(['content-type', 'accept', 'authorization', 'x-request-id', 'accept-language', 'origin', 'cookie'])]:
      headerText(
        random.pick([
          oddText(random),
          'text/html',
          'multipart/mixed',
          'application/*;q=0',
          'Bearer',
          'Bearer  ',
          'es',
          '*/*',
        ]),
      ),
  };
  const method = random.pick(['POST', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'GET']);
  return { ...asked, method, headers: { ...headers, ...odd }, body: method === 'GET' ? null : asked.body };
}

/** What may be in a header at all; the rest is tried in `headers.test.ts`, byte by byte. */
const headerText = (text: string) => text.replaceAll(/[^\x20-\x7e]/g, '').slice(0, 2_000);

async function send({ method, path, headers, body }: Asked): Promise<{ status: number; text: string }> {
  const stop = AbortSignal.timeout(hangMs);
  try {
    const answer = await pool.request({ method: method as 'POST', path, headers, body, signal: stop });
    // A subscription that was let in never ends, and GraphiQL is a page of megabytes: that it came is all there is to know.
    if (/event-stream|html|multipart/.test(String(answer.headers['content-type']))) {
      answer.body.on('error', () => undefined).destroy();
      return { status: answer.statusCode, text: '' };
    }
    return { status: answer.statusCode, text: await answer.body.text() };
  } catch (error) {
    return { status: 0, text: `no answer: ${String(error)}` };
  }
}
