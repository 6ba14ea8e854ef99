import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startFixture } from './graphql-fixture.ts';
import { report } from '../security/report.ts';
import { hostileRequests } from './hostile-documents.ts';
import { openSocket } from './raw-socket.ts';

/** Far above what it takes (see the printed figures), so that a busy machine does not fail the run. */
const mostMs = 1000;

type Fixture = Awaited<ReturnType<typeof startFixture>>;

/** Sends a body every way HTTP knows and tells how it was refused. */
async function post({ url }: Fixture, body: string, accept: string) {
  const startedAt = performance.now();
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', accept }, body });
  const text = await response.text();
  const ms = performance.now() - startedAt;
  const json = text.startsWith('{') ? text : (/^data: (.*)$/m.exec(text)?.[1] ?? '');
  const codes = (JSON.parse(json) as { errors: { extensions: { code: string } }[] }).errors.map(
    ({ extensions }) => extensions.code,
  );
  return { status: response.status, codes, text, ms };
}

describe('a hostile document is refused with a code before anything runs', () => {
  let server: Fixture;
  before(async () => {
    server = await startFixture();
    await post(server, JSON.stringify({ query: '{ no }' }), '*/*'); // the first request pays for loading code
  });
  const answers = { tried: 0, ran: 0, '5xx': 0 };
  let slowestMs = 0;
  after(async () => {
    report('hostile documents', answers, { 'slowest, ms': Math.round(slowestMs) });
    await server[Symbol.asyncDispose]();
  });

  for (const [name, { body, codes }] of Object.entries(hostileRequests)) {
    test(`over HTTP: ${name}`, async (t) => {
      for (const accept of ['application/graphql-response+json', 'application/json', 'text/event-stream']) {
        const answer = await post(server, body, accept);
        answers.tried += 1;
        if (answer.codes.length === 0) answers.ran += 1;
        if (answer.status >= 500) answers['5xx'] += 1;
        slowestMs = Math.max(slowestMs, answer.ms);
        assert.deepEqual([...new Set(answer.codes)], codes, answer.text.slice(0, 500));
        // Clients of the old media type expect 200 for a document that is merely invalid.
        const isMerelyInvalid = accept !== 'application/graphql-response+json' && codes[0]!.startsWith('GRAPHQL_');
        assert.ok(answer.status >= (isMerelyInvalid ? 200 : 400) && answer.status < 500, `${accept}: ${answer.status}`);
        assert.ok(answer.ms < mostMs, `${accept}: ${answer.ms} ms`);
        t.diagnostic(`${answer.status} ${answer.codes[0]} ${answer.ms.toFixed(1)} ms (${accept})`);
      }
    });

    test(`over a WebSocket: ${name}`, async (t) => {
      await using socket = await openSocket(server.wsUrl);
      await socket.init();
      const startedAt = performance.now();
      socket.send(`{"id":"1","type":"subscribe","payload":${body}}`);
      const answer = await Promise.race([socket.next(), socket.closed]);
      const ms = performance.now() - startedAt;
      assert.ok(ms < mostMs, `${ms} ms`);
      t.diagnostic(`${'code' in answer ? answer.code : answer.type} ${ms.toFixed(1)} ms`);
      // What is no operation at all ends the socket: too large a message, or a list instead of an object.
      if (codes[0] === 'BODY_TOO_LARGE') return assert.deepEqual('code' in answer && answer.code, 1009);
      if (codes[0] === 'BATCHING_NOT_SUPPORTED') return assert.deepEqual('code' in answer && answer.code, 4400);
      assert.ok('type' in answer && answer.type === 'error', JSON.stringify(answer));
      const received = answer.payload.map((error: { extensions: { code: string } }) => error.extensions.code);
      assert.deepEqual([...new Set(received)], codes);
    });
  }

  test('the server is as well as before', async () => {
    const response = await fetch(server.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ hello }' }),
    });
    assert.deepEqual(await response.json(), { data: { hello: 'hello ' }, extensions: { cost: 1 } });
    assert.equal(server.logs.filter((line) => line.includes('"level":"error"')).length, 0);
  });
});

test('what tools and large real clients send is let through', async () => {
  const { getIntrospectionQuery } = await import('graphql');
  await using server = await startFixture();
  const query = getIntrospectionQuery({
    descriptions: true,
    specifiedByUrl: true,
    directiveIsRepeatable: true,
    schemaDescription: true,
    inputValueDeprecation: true,
    oneOf: true,
  });
  const answer = await fetch(server.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  const { data, errors } = (await answer.json()) as { data: object; errors?: unknown };
  assert.equal(errors, undefined);
  assert.ok('__schema' in data);
});
