import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createProofEnds } from '@sightline/server/domain/identity/proof-ends';
import { openSocket } from '../../contract/raw-socket.ts';
import { createFakeInference } from '../../harness/fake-inference.ts';
import { movableClock } from '../../harness/movable-clock.ts';
import { createKey, signIn, signUp } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { upTo } from '../feed-world.ts';
import { follow, seqsOf, startDrivenSession } from '../live.ts';
import { openEvents } from './events.ts';

const halfAnHourMs = 1_800_000;
const query = `subscription ($after: String) { eventFeed(after: $after) { ... on Event { seq } ... on Gap { fromSeq } } }`;
const wsOf = ({ url }: TestServer) => `${url.replace('http', 'ws')}/graphql`;

const eventsOf = ({ url }: TestServer, token: string, after: string, lastEventId?: string) =>
  openEvents(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      authorization: `Bearer ${token}`,
      ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
    },
    body: JSON.stringify({ query, variables: { after } }),
  });

test('a token that ends takes its sockets and streams along, on every server, and a fresh one goes on without a loss', async (t) => {
  const fake = createFakeInference();
  const clock = movableClock();
  await using one = await startTestServer({ clock, inference: fake.inference });
  const person = await signUp(one);
  await using two = await startTestServer({ clock, databaseUrl: one.databaseUrl });
  const session = await startDrivenSession(one, person, fake);
  session.tell(5);
  await using onSocket = follow(one, { ...person, transport: 'ws', after: '0' });
  await using onStream = follow(two, { ...person, transport: 'sse', after: '0' });
  await using idle = await openSocket(wsOf(two));
  await idle.init({ authorization: `Bearer ${person.token}` });
  for (const reading of [onSocket, onStream]) assert.deepEqual(seqsOf(await reading.take(6)), upTo(6));

  clock.advance({ ms: halfAnHourMs });
  const fresh = await signIn(two, person.email);
  await using staying = follow(two, { ...fresh, transport: 'sse', after: '6' });
  await using alsoStaying = await openSocket(wsOf(one));
  await alsoStaying.init({ authorization: `Bearer ${fresh.token}` });
  clock.advance({ ms: halfAnHourMs + 1_000 });
  const startedAt = performance.now();
  assert.deepEqual(await Promise.all([onSocket.endingCode(), onStream.endingCode()]), Array(2).fill('UNAUTHENTICATED'));
  assert.deepEqual(await idle.closed, { code: 4401, reason: 'UNAUTHENTICATED' });
  t.diagnostic(`ended within ${Math.round(performance.now() - startedAt)} ms`);

  await using resumed = follow(two, { ...fresh, transport: 'ws', after: '6' });
  session.tell(3);
  for (const reading of [staying, resumed]) assert.deepEqual(seqsOf(await reading.take(3)), upTo(9, 7));
  alsoStaying.subscribe('1', '{ viewer { role } }');
  assert.deepEqual((await alsoStaying.next()).payload.data, { viewer: { role: 'OWNER' } });
});

test('an operation on a socket whose token has just ended closes it, whoever looks first', async () => {
  const clock = movableClock();
  await using server = await startTestServer({ clock });
  const { token } = await signUp(server);
  await using socket = await openSocket(wsOf(server));
  await socket.init({ authorization: `Bearer ${token}` });
  clock.advance({ ms: 2 * halfAnHourMs + 1_000 });
  socket.subscribe('1', '{ viewer { role } }');
  assert.deepEqual(await socket.closed, { code: 4401, reason: 'UNAUTHENTICATED' });
});

test('a stream that was lost goes on after the id it had last, by any server, whatever its variables say', async () => {
  const fake = createFakeInference();
  await using one = await startTestServer({ inference: fake.inference });
  const person = await signUp(one);
  const key = await createKey(one, person, ['READ']);
  await using two = await startTestServer({ databaseUrl: one.databaseUrl });
  const session = await startDrivenSession(one, person, fake);
  session.tell(9);
  let last: string | undefined;
  let asked = 0;
  for (const server of [one, two, one]) {
    await using events = await eventsOf(server, key.secret, '0', last);
    for (let n = 0; n < 3; n += 1) {
      const event = await events.next();
      asked += 1;
      assert.deepEqual([event?.id, event?.data?.data?.eventFeed.seq], [String(asked), asked]);
      last = event?.id ?? undefined;
    }
  }
  for (const id of ['x', '-1', '99', '1\u00a0']) {
    await using refused = await eventsOf(two, key.secret, '0', id);
    assert.equal((await refused.next())?.data?.errors[0].extensions.code, 'CURSOR_INVALID', id);
  }
  await using empty = await eventsOf(two, key.secret, '7', '');
  assert.equal((await empty.next())?.id, '8');
});

test('proofs end by the time of their organization, each once, unless they are given up before', () => {
  const now = new Map([
    ['a', 1_000],
    ['b', 1_000],
  ]);
  const ends = createProofEnds({ nowOf: (id) => new Date(now.get(id)!) });
  const ended: string[] = [];
  const add = (organizationId: string, atMs: number) =>
    ends.add(organizationId, new Date(atMs), () => ended.push(`${organizationId}${atMs}`));
  add('a', 2_000);
  add('a', 1_500);
  const forget = add('a', 1_600);
  add('b', 1_500);
  ends.look();
  assert.deepEqual(ended, []);
  forget();
  now.set('a', 1_500);
  ends.look();
  ends.look();
  assert.deepEqual(ended, ['a1500']);
  now.set('a', 5_000);
  ends.look();
  assert.deepEqual(ended, ['a1500', 'a2000']);
  add('a', 4_000);
  ends.look();
  assert.deepEqual(ended, ['a1500', 'a2000', 'a4000']);
  now.set('b', 9_000);
  ends.look();
  assert.equal(ended.at(-1), 'b1500');
});
