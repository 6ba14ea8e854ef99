import assert from 'node:assert/strict';
import { test } from 'node:test';
import { schema } from '@sightline/server/graphql/schema';
import { getNamedType, isLeafType, isObjectType } from 'graphql';
import type { GraphQLObjectType } from 'graphql';
import { openSocket } from '../contract/raw-socket.ts';
import { createFakeInference } from '../harness/fake-inference.ts';
import { createKey, joinAs, signUp } from '../harness/people.ts';
import { startTestServer } from '../harness/server.ts';
import type { TestServer } from '../harness/server.ts';
import { openEvents } from './protocol/events.ts';
import { startDrivenSession } from './live.ts';

/** The types in which nothing depends on who asks, as the subscription says. */
const shareable = schema.getSubscriptionType()!.getFields()['eventFeed']!.extensions['shareable'] as string[];

/** Everything that can be asked of a type without arguments and without leaving these types. */
function everythingOf(type: GraphQLObjectType, depth: number): string {
  const fields = Object.values(type.getFields()).filter(({ args }) => args.length === 0);
  const selected = fields.flatMap((field) => {
    const named = getNamedType(field.type);
    if (isLeafType(named)) return [field.name];
    if (!isObjectType(named) || !shareable.includes(named.name) || depth === 0) return [];
    return [`${field.name} ${everythingOf(named, depth - 1)}`];
  });
  return `{ __typename ${selected.join(' ')} }`;
}

const typeOf = (name: string) => schema.getType(name) as GraphQLObjectType;
const everything = `subscription ($after: String) { eventFeed(after: $after) {
  ... on Event ${everythingOf(typeOf('Event'), 2)} ... on Gap ${everythingOf(typeOf('Gap'), 0)} } }`;
const numbers = 'subscription ($after: String) { eventFeed(after: $after) { ... on Event { seq } } }';
/** An operation with an id this long is served alone. */
const alone = 'alone'.repeat(100);

async function open(server: TestServer, token: string) {
  const socket = await openSocket(`${server.url.replace('http', 'ws')}/graphql`);
  await socket.init({ authorization: `Bearer ${token}` });
  return socket;
}

async function countOf(server: TestServer, name: string): Promise<number> {
  const { values } = await server.app.metrics.getSingleMetric(name)!.get();
  return values.reduce((sum, { value }) => sum + value, 0);
}

test('what many ask alike is made once, whatever they asked before, and everybody gets it under their own id', async () => {
  const fake = createFakeInference();
  await using server = await startTestServer({ inference: fake.inference });
  const person = await signUp(server);
  const session = await startDrivenSession(server, person, fake);
  session.tell(4);
  await using sockets = new AsyncDisposableStack();
  const readers = await Promise.all([0, 1, 2].map(async () => sockets.use(await open(server, person.token))));
  {
    // A cursor is one of this feed once its event is recorded.
    await using first = await open(server, person.token);
    first.subscribe('first', numbers, { after: '0' });
    for (let seq = 1; seq <= 5; seq += 1) await first.next();
  }
  const ids = ['a', 'b', 'much-longer'];
  const after = (index: number) => String(index * 2);
  for (const [index, reader] of readers.entries())
    for (const id of ids) reader.subscribe(id, numbers, { after: after(index) });
  const got = new Map<string, number[]>();
  async function takeAll(upTo: number): Promise<void> {
    for (const [index, reader] of readers.entries()) {
      const isDone = () => ids.every((id) => got.get(`${index} ${id}`)?.at(-1) === upTo);
      while (!isDone()) {
        const { id, type, payload } = await reader.next();
        assert.equal(type, 'next', JSON.stringify(payload));
        const key = `${index} ${id}`;
        got.set(key, [...(got.get(key) ?? []), (payload!.data!['eventFeed'] as { seq: number }).seq]);
      }
    }
  }
  await takeAll(5);
  const before = [
    await countOf(server, 'graphql_shared_results_total'),
    await countOf(server, 'graphql_shared_frames_total'),
  ];
  session.tell(10);
  await takeAll(15);
  assert.deepEqual(
    [await countOf(server, 'graphql_shared_results_total'), await countOf(server, 'graphql_shared_frames_total')],
    [before[0]! + 10, before[1]! + 90],
  );
  for (const [key, seqs] of got) {
    const first = 2 * Number(key[0]) + 1;
    assert.deepEqual(
      seqs,
      Array.from({ length: 16 - first }, (_, n) => first + n),
      key,
    );
  }
});

const json = { 'content-type': 'application/json', accept: 'text/event-stream' };
const sent = (token: string, query: string, variables: object, stream?: string): RequestInit => ({
  method: 'POST',
  headers: {
    ...json,
    authorization: `Bearer ${token}`,
    ...(stream !== undefined && { 'x-graphql-event-stream-token': stream }),
  },
  body: JSON.stringify({ query, variables, ...(stream !== undefined && { extensions: { operationId: 'one' } }) }),
});

/** A stream of events that several operations could share, with one on it. */
async function openSharedStream(server: TestServer, token: string, query: string, variables: object) {
  const authorization = `Bearer ${token}`;
  const stream = await (await fetch(`${server.url}/graphql`, { method: 'PUT', headers: { authorization } })).text();
  const events = await openEvents(`${server.url}/graphql?token=${stream}`, { headers: { accept: json.accept } });
  const { status } = await fetch(`${server.url}/graphql`, sent(token, query, variables, stream));
  assert.equal(status, 202);
  return events;
}

test('who is served with others is told what they are told alone, whoever they are and over whatever', async () => {
  const fake = createFakeInference();
  await using server = await startTestServer({ inference: fake.inference });
  const owner = await signUp(server);
  const viewer = await joinAs(server, owner, 'VIEWER');
  const key = await createKey(server, owner, ['READ']);
  const stranger = await signUp(server, 'stranger');
  const session = await startDrivenSession(server, owner, fake);
  session.tell(1);
  await using sockets = new AsyncDisposableStack();
  const tokens = [owner.token, owner.token, viewer.token, viewer.token, key.secret, key.secret];
  const readers = await Promise.all(tokens.map(async (token) => sockets.use(await open(server, token))));
  await using nobody = await open(server, stranger.token);
  nobody.subscribe('s', everything, { after: '0' });
  for (const reader of readers) {
    reader.subscribe('together', everything, { after: '0' });
    reader.subscribe(alone, everything, { after: '0' });
  }
  const take = async (reader: (typeof readers)[number], count: number) => {
    const told = new Map<string, unknown[]>([
      ['together', []],
      [alone, []],
    ]);
    while ([...told.values()].some(({ length }) => length < count)) {
      const { id, payload } = await reader.next();
      assert.equal(payload?.errors, undefined, JSON.stringify(payload));
      told.get(id!)!.push(unsigned(payload));
    }
    return told;
  };
  for (const reader of readers) await take(reader, 2);
  const roles = [owner.token, viewer.token, key.secret];
  const openStream = (token: string) => openEvents(`${server.url}/graphql`, sent(token, everything, { after: '0' }));
  const streams = await Promise.all(
    roles.map(async (token) => [
      sockets.use(await openStream(token)),
      sockets.use(await openSharedStream(server, token, everything, { after: '0' })),
    ]),
  );
  const takeEvents = async (events: (typeof streams)[number][number], count: number) => {
    const told: unknown[] = [];
    while (told.length < count) {
      const { data } = (await events.next())!;
      told.push(unsigned('payload' in data! ? data['payload'] : data));
    }
    return told;
  };
  for (const events of streams.flat()) await takeEvents(events, 2);
  const count = async () => [
    await countOf(server, 'graphql_shared_results_total'),
    await countOf(server, 'graphql_shared_frames_total'),
  ];
  const [results, frames] = await count();
  session.tell(3);
  for (const [index, reader] of readers.entries()) {
    const told = await take(reader, 3);
    assert.deepEqual(told.get('together'), told.get(alone));
    if (index % 2 > 0) continue;
    for (const events of streams[index / 2]!) assert.deepEqual(await takeEvents(events, 3), told.get(alone));
  }
  // An owner, a viewer and a key may do different things: three times, not six, and never once for all.
  assert.deepEqual(await count(), [results! + 9, frames! + 3 * readers.length + 3 * streams.flat().length]);
  assert.equal(nobody.socket.readyState, nobody.socket.OPEN);
  const silent = await Promise.race([nobody.next(), new Promise((resolve) => setImmediate(resolve, 'silent'))]);
  assert.equal(silent, 'silent', 'another organization hears nothing');
});

test('a reader whom nothing concerns is told where it is: by an id, or by a result if it asks for it', async () => {
  const fake = createFakeInference();
  await using server = await startTestServer({ inference: fake.inference });
  const { token, ...owner } = await signUp(server);
  const session = await startDrivenSession(server, { token, ...owner }, fake);
  session.tell(1);
  await using socket = await open(server, token);
  const rare = (rest: string) =>
    `subscription ($after: String) { eventFeed(after: $after, filter: { labels: ["zebra"] }${rest}) {
      __typename ... on FeedProgress { cursor } } }`;
  socket.subscribe('all', numbers, { after: '0' });
  for (let seq = 1; seq <= 2; seq += 1) await socket.next();
  socket.send({ id: 'all', type: 'complete' });
  socket.subscribe('silent', rare(''), { after: '2' });
  socket.subscribe('told', rare(', progress: true'), { after: '2' });
  await using events = await openEvents(`${server.url}/graphql`, sent(token, rare(''), { after: '2' }));
  assert.equal((await events.nextBlock())?.text, ':');
  const shared = await openSharedStream(server, token, rare(', progress: true'), { after: '2' });
  await using _shared = shared;
  for (let more = 0; more < 4; more += 1) session.tell(250);
  const { id, payload } = await socket.next();
  const data = { eventFeed: { __typename: 'FeedProgress', cursor: '1002' } };
  assert.deepEqual([id, payload?.data], ['told', data]);
  const block = (await events.next())!;
  assert.deepEqual([block.event, block.id, block.data], [null, '1002', null]);
  const onShared = ((await shared.next())!.data as unknown as { payload: { data: object } }).payload;
  assert.deepEqual(onShared.data, data);
  session.tell(1, 'zebra');
  const results = [await socket.next(), await socket.next()];
  assert.deepEqual(
    results.map((result) => [result.id, result.payload?.data]).toSorted(),
    ['silent', 'told'].map((name) => [name, { eventFeed: { __typename: 'Event' } }]),
  );
});

/** Links are signed for a time: the same but for its end. */
function unsigned(payload: unknown): unknown {
  return JSON.parse(JSON.stringify(payload).replace(/\?[^"]*/g, '')) as unknown;
}
