import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eachBus } from '../../harness/each-bus.ts';
import { movableClock } from '../../harness/movable-clock.ts';
import { signUp } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import { openSocket } from '../../contract/raw-socket.ts';
import { newKey, readKey, rerollKey, revokeKey, updateKey, useKey } from './keys.ts';

const secondMs = 1_000;

async function world() {
  const clock = movableClock();
  const server = await startTestServer({ clock });
  return { clock, server, person: await signUp(server), [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

const socketUrl = ({ url }: { url: string }) => `${url.replace('http', 'ws')}/graphql`;

test('after a re-roll both secrets work to the last moment of the grace, then only the new one', async () => {
  await using place = await world();
  const { server, person, clock } = place;
  const { secret: old, id, apiKey } = await newKey(server, person);
  const { secret, apiKey: after } = (await rerollKey(server, person, { id, graceSeconds: 60 })).expectData()
    .rerollApiKey;
  assert.notEqual(secret, old);
  assert.ok(secret.startsWith(after.prefix) && after.prefix !== apiKey.prefix);
  assert.equal(Date.parse(after.previousExpiresAt), clock.now().getTime() + 60 * secondMs);
  clock.advance({ ms: 60 * secondMs - 1 });
  for (const token of [old, secret]) (await useKey(server, { token })).expectData();
  clock.advance({ ms: 1 });
  (await useKey(server, { token: old })).expectCode('UNAUTHENTICATED');
  (await useKey(server, { token: secret })).expectData();
});

test('the grace is a day if nothing is said, a month at most, and none if so wished', async () => {
  await using place = await world();
  const { server, person, clock } = place;
  const { secret, id } = await newKey(server, person);
  const { apiKey } = (await rerollKey(server, person, { id })).expectData().rerollApiKey;
  assert.equal(Date.parse(apiKey.previousExpiresAt), clock.now().getTime() + 86_400 * secondMs);
  for (const graceSeconds of [-1, 30 * 86_400 + 1]) {
    (await rerollKey(server, person, { id, graceSeconds })).expectCode('INPUT_INVALID');
  }
  (await useKey(server, { token: secret })).expectData();
  (await rerollKey(server, person, { id, graceSeconds: 0 })).expectData();
  (await useKey(server, { token: secret })).expectCode('UNAUTHENTICATED');
});

test('of three secrets the oldest is dead as soon as there is a third', async () => {
  await using place = await world();
  const { server, person } = place;
  const { secret: first, id } = await newKey(server, person);
  const second = (await rerollKey(server, person, { id })).expectData().rerollApiKey.secret;
  const third = (await rerollKey(server, person, { id })).expectData().rerollApiKey.secret;
  (await useKey(server, { token: first })).expectCode('UNAUTHENTICATED');
  for (const token of [second, third]) (await useKey(server, { token })).expectData();
});

test('a grace does not outlive the key', async () => {
  await using place = await world();
  const { server, person, clock } = place;
  const expiresAt = new Date(clock.now().getTime() + 10 * secondMs).toISOString();
  const { secret: old, id } = await newKey(server, person, { expiresAt });
  const { secret } = (await rerollKey(server, person, { id, graceSeconds: 3_600 })).expectData().rerollApiKey;
  clock.advance({ ms: 10 * secondMs });
  for (const token of [old, secret]) (await useKey(server, { token })).expectCode('UNAUTHENTICATED');
  (await rerollKey(server, person, { id })).expectCode('INPUT_INVALID');
  (await updateKey(server, person, { id, expiresAt: null })).expectCode('INPUT_INVALID');
  (await useKey(server, { token: secret })).expectCode('UNAUTHENTICATED');
});

test('revoking ends both secrets, and a revoked key gets no new one', async () => {
  await using place = await world();
  const { server, person } = place;
  const { secret: old, id } = await newKey(server, person);
  const { secret } = (await rerollKey(server, person, { id })).expectData().rerollApiKey;
  (await revokeKey(server, person, id)).expectData();
  for (const token of [old, secret]) (await useKey(server, { token })).expectCode('UNAUTHENTICATED');
  (await rerollKey(server, person, { id })).expectCode('INPUT_INVALID');
  (await updateKey(server, person, { id, expiresAt: null })).expectCode('INPUT_INVALID');
  assert.ok((await readKey(server, person, id)).revokedAt);
});

test('a socket opened with the old secret works through the grace and not beyond, one with the new goes on', async () => {
  await using place = await world();
  const { server, person, clock } = place;
  const { secret: old, id } = await newKey(server, person);
  await using first = await openSocket(socketUrl(server));
  await first.init({ authorization: `Bearer ${old}` });
  const { secret } = (await rerollKey(server, person, { id, graceSeconds: 60 })).expectData().rerollApiKey;
  await using second = await openSocket(socketUrl(server));
  await second.init({ authorization: `Bearer ${secret}` });
  const ask = async ({ subscribe, next }: typeof first, operation: string) => {
    subscribe(operation, '{ viewer { apiKey { id } } }');
    const { type } = await next();
    if (type === 'next') await next(); // complete
    return type;
  };
  assert.deepEqual([await ask(first, '1'), await ask(second, '1')], ['next', 'next']);
  clock.advance({ ms: 60 * secondMs });
  first.subscribe('2', '{ viewer { apiKey { id } } }');
  assert.deepEqual(await first.closed, { code: 4401, reason: 'UNAUTHENTICATED' });
  assert.equal(await ask(second, '2'), 'next');
});

test('a subscription opened with the old secret ends when the grace does', async () => {
  await using place = await world();
  const { server, person, clock } = place;
  const { secret: old, id } = await newKey(server, person);
  await using socket = await openSocket(socketUrl(server));
  await socket.init({ authorization: `Bearer ${old}` });
  socket.subscribe('feed', 'subscription { eventFeed(after: "0") { __typename } }');
  // Answered after the subscription was taken on, as one socket is one line.
  socket.subscribe('query', '{ __typename }');
  for (let type = ''; type !== 'complete';) ({ type } = await socket.next());
  (await rerollKey(server, person, { id, graceSeconds: 1 })).expectData();
  clock.advance({ ms: secondMs });
  const { payload } = await socket.next();
  const [error] = payload.errors ?? payload;
  assert.equal(error.extensions.code, 'UNAUTHENTICATED');
});

eachBus((bus) => {
  test('with no grace what is open with the key ends at once, on another process, too', async () => {
    await using server = await startTestServer({ bus });
    await using other = await startTestServer({ bus, databaseUrl: server.databaseUrl });
    const person = await signUp(server);
    const { secret, id } = await newKey(server, person);
    await using socket = await openSocket(socketUrl(other));
    await socket.init({ authorization: `Bearer ${secret}` });
    (await rerollKey(server, person, { id, graceSeconds: 0 })).expectData();
    (await useKey(other, { token: secret })).expectCode('UNAUTHENTICATED');
    if (bus === 'redis') assert.deepEqual(await socket.closed, { code: 4401, reason: 'UNAUTHENTICATED' });
  });
});
