import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RequestRefusedError } from '@sightline/server/errors/request-errors';
import type { Guard } from '@sightline/server/http/graphql/guards';
import type { FixtureContext } from './graphql-fixture.ts';
import { startFixture } from './graphql-fixture.ts';
import { openSocket } from './raw-socket.ts';

const post = async (url: string, query: string, accept = 'application/graphql-response+json') => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept },
    body: JSON.stringify({ query }),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
};

test('guards stand around each other, add to the answer, and go with it on every form of HTTP', async () => {
  const seen: string[] = [];
  const guard = (name: string, isLater: boolean): Guard<FixtureContext> => ({
    admit({ prepared, exchange }) {
      seen.push(`${name} admits ${prepared.operation.type}`);
      if (exchange) exchange.headers[`x-${name}`] = 'yes';
      return isLater ? Promise.resolve() : undefined;
    },
    async around(_call, run) {
      seen.push(`${name} begins`);
      const result = await run();
      seen.push(`${name} ends`);
      return { ...result, extensions: { ...result.extensions, [name]: seen.length } };
    },
  });
  await using server = await startFixture({ guards: [guard('outer', true), guard('inner', false)] });
  const order = [
    ...['outer admits mutation', 'outer begins', 'inner admits mutation'],
    ...['inner begins', 'inner ends', 'outer ends'],
  ];
  for (const accept of ['application/graphql-response+json', 'multipart/mixed;q=0.1, application/json;q=0.9']) {
    seen.length = 0;
    const { status, headers, text } = await post(server.url, 'mutation { touch }', accept);
    assert.equal(status, 200);
    assert.deepEqual([headers.get('x-outer'), headers.get('x-inner')], ['yes', 'yes']);
    assert.deepEqual(seen, order);
    assert.match(text, /"extensions":\{"cost":1,"inner":5,"outer":6\}/);
  }
});

const refusing: Guard<FixtureContext> = {
  admit() {
    throw new RequestRefusedError('RATE_LIMITED', 'Come back later.');
  },
};

test('what a guard refuses does not run, and is told as what it is on every transport', async () => {
  const never: Guard<FixtureContext> = { admit: () => assert.fail('asked after a refusal') };
  await using server = await startFixture({ guards: [refusing, never] });
  const { status, text } = await post(server.url, '{ hello }');
  assert.equal(status, 429);
  assert.equal(JSON.parse(text).errors[0].extensions.code, 'RATE_LIMITED');
  assert.equal('data' in JSON.parse(text), false);
  const stream = await post(server.url, 'subscription { ticks(upTo: 2) }', 'text/event-stream');
  assert.match(stream.text, /RATE_LIMITED/);
  assert.doesNotMatch(stream.text, /ticks":1/);

  const socket = await openSocket(server.url.replace('http', 'ws'));
  socket.send({ type: 'connection_init' });
  await socket.next();
  for (const query of ['{ hello }', 'subscription { ticks(upTo: 2) }']) {
    socket.send({ type: 'subscribe', id: query, payload: { query } });
    const { type, payload } = await socket.next();
    assert.equal(type, 'error');
    assert.match(JSON.stringify(payload), /RATE_LIMITED/);
  }
});

test('a guard may answer by itself, and learns of what went wrong behind it', async () => {
  let runs = 0;
  const answering: Guard<FixtureContext> = {
    around: ({ prepared }, run) => {
      runs += 1;
      return prepared.operation.type === 'mutation' ? { data: { touch: 'as before' } } : run();
    },
  };
  await using server = await startFixture({ guards: [answering] });
  assert.equal((await post(server.url, 'mutation { touch }')).text, '{"data":{"touch":"as before"}}');
  assert.match((await post(server.url, '{ later { id } }')).text, /INTERNAL_SERVER_ERROR/);
  assert.equal(runs, 2);
});
