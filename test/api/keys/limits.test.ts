import assert from 'node:assert/strict';
import { test } from 'node:test';
import { graphql } from '../../harness/graphql.ts';
import { movableClock } from '../../harness/movable-clock.ts';
import { signUp } from '../../harness/people.ts';
import { serviceToken, startTestServer } from '../../harness/server.ts';
import { openSocket } from '../../contract/raw-socket.ts';
import { newKey, updateKey, useKey } from './keys.ts';

const requests = (max: number, windowSeconds = 60) => ({ limits: [{ name: 'REQUESTS', max, windowSeconds }] });

test('of 60 requests at once over two processes exactly as many pass as the key’s limit says', async () => {
  await using server = await startTestServer();
  await using other = await startTestServer({ databaseUrl: server.databaseUrl });
  const { secret: token } = await newKey(server, await signUp(server), requests(25));
  const answers = await Promise.all(
    Array.from({ length: 60 }, (_, index) => useKey(index % 2 ? server : other, { token })),
  );
  const refused = answers.filter(({ status }) => status === 429);
  assert.equal(answers.length - refused.length, 25);
  for (const { errors, headers } of refused) {
    assert.equal(errors[0]?.extensions['code'], 'KEY_LIMIT_REACHED');
    assert.equal(errors[0]?.extensions['retryable'], true);
    assert.ok(Number(headers.get('retry-after')) > 0);
  }
});

test('after the time that the refusal names, the key may go on', async () => {
  const clock = movableClock();
  await using server = await startTestServer({ clock });
  const { secret: token } = await newKey(server, await signUp(server), requests(2, 10));
  for (let time = 0; time < 2; time += 1) (await useKey(server, { token })).expectData();
  const refused = await useKey(server, { token });
  refused.expectCode('KEY_LIMIT_REACHED');
  const waitMs = Number(refused.errors[0]?.extensions['retryAfterMs']);
  assert.ok(waitMs > 0 && waitMs <= 12_000, String(waitMs));
  clock.advance({ ms: waitMs - 1 });
  (await useKey(server, { token })).expectCode('KEY_LIMIT_REACHED');
  clock.advance({ ms: 1 });
  (await useKey(server, { token })).expectData();
});

test('every operation on a WebSocket counts, and opening one', async () => {
  await using server = await startTestServer();
  const { secret } = await newKey(server, await signUp(server), requests(3));
  await using socket = await openSocket(`${server.url.replace('http', 'ws')}/graphql`);
  await socket.init({ authorization: `Bearer ${secret}` });
  const types = [];
  for (const id of ['1', '2', '3']) {
    socket.subscribe(id, '{ viewer { role } }');
    const message = await socket.next();
    types.push(message.type === 'error' ? message.payload[0].extensions.code : message.type);
    if (message.type === 'next') await socket.next();
  }
  assert.deepEqual(types, ['next', 'next', 'KEY_LIMIT_REACHED']);
  await using late = await openSocket(`${server.url.replace('http', 'ws')}/graphql`);
  assert.deepEqual(await late.init({ authorization: `Bearer ${secret}` }), { code: 1013, reason: 'KEY_LIMIT_REACHED' });
});

test('limits are of one key: its organization’s people and other keys go on, and a re-roll does not fill it again', async () => {
  await using server = await startTestServer();
  const person = await signUp(server);
  const { secret: token, id } = await newKey(server, person, requests(1));
  const { secret: second } = await newKey(server, person);
  (await useKey(server, { token })).expectData();
  (await useKey(server, { token })).expectCode('KEY_LIMIT_REACHED');
  (await useKey(server, { token: second })).expectData();
  const reroll = 'mutation ($id: ID!) { rerollApiKey(input: { id: $id }) { secret } }';
  const rerolled = (await graphql(server, reroll, { id }, person)).expectData().rerollApiKey.secret;
  (await useKey(server, { token: rerolled })).expectCode('KEY_LIMIT_REACHED');
  (await updateKey(server, person, { id, ...requests(3) })).expectData();
  (await useKey(server, { token: rerolled })).expectData();
  const { apiKey } = (await updateKey(server, person, { id, limits: [] })).expectData().updateApiKey;
  assert.deepEqual(apiKey.limits, []);
  for (let time = 0; time < 4; time += 1) (await useKey(server, { token: rerolled })).expectData();
});

test('the sidecar is told the smaller of what plan and key allow', async () => {
  await using server = await startTestServer();
  const person = await signUp(server);
  const inference = (max: number, windowSeconds: number) => ({ limits: [{ name: 'INFERENCE', max, windowSeconds }] });
  const perMinuteOf = async (input: object) => {
    const { secret: token } = await newKey(server, person, { scopes: ['INFER'], ...input });
    const response = await fetch(`${server.url}/internal/introspect`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${serviceToken}` },
      body: JSON.stringify({ token }),
    });
    return ((await response.json()) as { limits: { key: number } }).limits.key;
  };
  const ofPlan = await perMinuteOf({});
  assert.equal(await perMinuteOf(inference(120, 60)), 120);
  assert.equal(await perMinuteOf(inference(120, 3_600)), 2);
  assert.equal(await perMinuteOf(inference(1, 3_600)), 1);
  assert.equal(await perMinuteOf(inference(1_000_000, 1)), ofPlan);
  assert.equal(await perMinuteOf(requests(1)), ofPlan);
});
