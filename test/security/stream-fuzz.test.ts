import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { request } from 'node:http';
import { test } from 'node:test';
import { silences, startFixture } from '../contract/graphql-fixture.ts';
import { until } from '../harness/until.ts';
import { createRandom } from './fuzz/random.ts';
import { isLong, report } from './report.ts';

const requestCount = isLong ? 10_000 : 300;
/** What the process may have grown by when all is closed: what a garbage collector leaves, and no buffers of streams. */
const grownMiB = 96;

const queries = [
  '{ hello }',
  'subscription { ticks(upTo: 3) }',
  'subscription { silence }',
  'subscription { secrets }',
  'mutation { touch }',
  'subscription {',
];
const odd = ['', '0', '-1', '9'.repeat(40), 'null', '__proto__', '%00', 'data: x', 'ü'.repeat(60), 'x'.repeat(2_000)];
const accepts = ['text/event-stream', 'text/event-stream;q=0', 'text/event-stream, */*', '*/*', ';;;,'];

test('random requests for streams are each refused or served, and leave nothing behind', async () => {
  const seed = Number(process.env['FUZZ_SEED'] ?? randomInt(2 ** 31));
  const random = createRandom(seed);
  await using server = await startFixture({ ownerOf: ({ caller }) => caller, limits: { streamReservationMs: 100 } });
  const good = { authorization: 'Bearer good' };
  /** Tokens of streams that were reserved, which others try, too. */
  const tokens: string[] = [];

  function headers(): Record<string, string> {
    const token = random.chance(0.7) && tokens.length > 0 ? random.pick(tokens) : random.pick(odd);
    return {
      'content-type': random.chance(0.9) ? 'application/json' : random.pick(accepts),
      accept: random.chance(0.8) ? accepts[0]! : random.pick(accepts),
      ...(random.chance(0.7) && good),
      ...(random.chance(0.1) && { authorization: `Bearer ${encodeURIComponent(random.pick(odd))}` }),
      ...(random.chance(0.4) && { 'last-event-id': encodeURIComponent(random.pick(odd)) }),
      ...(random.chance(0.5) && { 'x-graphql-event-stream-token': encodeURIComponent(token) }),
    };
  }
  function body(): string {
    const operationId = random.pick<unknown>([...odd, 'a', 'b', 7, null, {}, []]);
    const text = JSON.stringify({
      query: random.pick(queries),
      ...(random.chance(0.2) && { variables: { __proto__: random.pick(odd) } }),
      ...(random.chance(0.7) && { extensions: { operationId } }),
    });
    return random.chance(0.1) ? text.slice(0, random.whole(text.length)) : text;
  }
  function address(): string {
    const query = new URLSearchParams();
    if (random.chance(0.5)) query.set('query', random.pick(queries));
    if (random.chance(0.4)) query.set('token', random.pick([...tokens, ...odd]));
    if (random.chance(0.3)) query.set('operationId', random.pick(['a', 'b', ...odd]));
    return `${server.url}?${query}`;
  }

  let failed = 0;
  /** The status; streams are left after their first bytes. */
  function ask(method: string, url: string, sent: Record<string, string>, content = ''): Promise<[number, string]> {
    return new Promise((resolve) => {
      const asked = request(url, { method, headers: sent, agent: false }, (answer) => {
        const done = (text = '') => {
          resolve([answer.statusCode!, text]);
          asked.destroy();
        };
        answer.once('data', (piece) => done(String(piece))).once('end', done);
      });
      asked.on('error', () => resolve([0, '']));
      asked.end(content);
    });
  }
  async function one(): Promise<void> {
    const method = random.pick(['POST', 'POST', 'POST', 'GET', 'GET', 'PUT', 'DELETE']);
    const [status, text] = await ask(method, address(), headers(), method === 'POST' ? body() : '');
    if (status === 201) tokens.push(text);
    // Who opens none of the streams they reserved gets no more for a time.
    if (status === 0 || (status >= 500 && !text.includes('SERVICE_UNAVAILABLE'))) failed += 1;
  }
  const isServed = async () => {
    const [status, text] = await ask('GET', `${server.url}?query=%7Bhello%7D`, { accept: 'application/json' });
    return status === 200 && text.includes('hello');
  };

  await one();
  const before = process.memoryUsage().rss;
  let tried = 0;
  let dead = 0;
  while (tried < requestCount) {
    await Promise.all(Array.from({ length: 20 }, one));
    tried += 20;
    if (!(await isServed())) dead += 1;
  }
  server.graphql.closeWhere(() => true);
  await until(() => silences.open === 0);
  const isBug = (line: string) => /"level":"(?:error|fatal)"/.test(line) && !line.includes('SERVICE_UNAVAILABLE');
  const bugs = server.logs.filter(isBug);
  const grown = Math.round((process.memoryUsage().rss - before) / 2 ** 20);
  report(
    'fuzzed requests, streams',
    { tried, failed, 'not served': dead, 'bugs in the log': bugs.length, 'grown too far': Number(grown > grownMiB) },
    { 'grown, MiB': grown, seed },
  );
  assert.deepEqual([failed, dead, bugs.slice(0, 3)], [0, 0, []], `FUZZ_SEED=${seed}`);
  assert.ok(grown <= grownMiB, `grown by ${grown} MiB, FUZZ_SEED=${seed}`);
});
