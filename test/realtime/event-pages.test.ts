import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openDatabase } from '@sightline/db/database';
import { createEventReader } from '@sightline/server/domain/events/event-reader';
import { createFakeInference, jpeg } from '../harness/fake-inference.ts';
import { graphql } from '../harness/graphql.ts';
import { signUp } from '../harness/people.ts';
import { startTestServer } from '../harness/server.ts';
import { createTenant, eventsOf, openFeedWorld, startReading, upTo } from './feed-world.ts';
import { follow, startDrivenSession } from './live.ts';

const pageOf = `query ($first: Int, $after: String, $last: Int, $before: String, $filter: EventFilter) {
  events(first: $first, after: $after, last: $last, before: $before, filter: $filter) {
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    edges { cursor node { id seq cursor type label box { x y width height } session { id } source { name } snapshot { url contentType } } }
  }
}`;

type Edge = {
  cursor: string;
  node: {
    id: string;
    seq: number;
    cursor: string;
    box: { x: number; y: number };
    session: { id: string };
    source: { name: string };
    snapshot: { url: string };
  };
};

/** A server with a person and 41 events in their feed: one that starts the session, then ten frames of four. */
async function openWorld() {
  await using opening = new AsyncDisposableStack();
  const fake = createFakeInference();
  const server = opening.use(await startTestServer({ inference: fake.inference }));
  const person = await signUp(server);
  const session = await startDrivenSession(server, person, fake);
  for (let n = 0; n < 10; n += 1) session.tell(4, n % 2 === 0 ? 'cat' : 'dog');
  await using reading = follow(server, { ...person, transport: 'sse', after: '0' });
  await reading.take(41);

  async function page(variables: Record<string, unknown>) {
    const { events } = (await graphql(server, pageOf, variables, person)).expectData();
    const edges = events.edges as Edge[];
    for (const { cursor, node } of edges) {
      assert.equal(cursor, node.cursor);
      assert.ok(
        node.source.name && node.session.id,
        'wherever a page begins and ends, each leads to where it came from',
      );
    }
    return { edges, seqs: edges.map(({ node }) => node.seq), info: events.pageInfo };
  }

  const open = opening.move();
  return { server, person, session, page, [Symbol.asyncDispose]: () => open.disposeAsync() };
}

describe('pages of the feed', () => {
  test('forwards and backwards visit every event once, in order', async () => {
    await using world = await openWorld();
    const forwards: number[] = [];
    for (let after: string | null = null, more = true; more;) {
      const { seqs, info } = await world.page({ first: 7, after });
      forwards.push(...seqs);
      ({ endCursor: after, hasNextPage: more } = info);
    }
    assert.deepEqual(forwards, upTo(41));
    const backwards: number[] = [];
    for (let before: string | null = null, more = true; more;) {
      const { seqs, info } = await world.page({ last: 7, before });
      backwards.unshift(...seqs);
      ({ startCursor: before, hasPreviousPage: more } = info);
    }
    assert.deepEqual(backwards, upTo(41));
  });

  test('without a size there are twenty; with both bounds it is what lies between', async () => {
    await using world = await openWorld();
    assert.deepEqual((await world.page({})).seqs, upTo(20));
    const between = await world.page({ after: '10', before: '14' });
    assert.deepEqual(between.seqs, [11, 12, 13]);
    const { startCursor, endCursor } = between.info;
    assert.deepEqual([startCursor, endCursor], ['11', '13']);
    const empty = await world.page({ after: '41' });
    assert.deepEqual(empty.info, { hasNextPage: false, hasPreviousPage: true, startCursor: null, endCursor: null });
  });

  test('the filter decides what is on a page, cursors stay those of the feed', async () => {
    await using world = await openWorld();
    const { seqs, info } = await world.page({ first: 5, filter: { labels: ['dog'] } });
    assert.deepEqual(seqs, [6, 7, 8, 9, 14]);
    assert.equal(info.endCursor, '14');
    assert.deepEqual((await world.page({ filter: { types: ['SESSION_STARTED'] } })).seqs, [1]);
    assert.deepEqual((await world.page({ filter: { minConfidence: 0.95 } })).seqs, []);
    assert.deepEqual((await world.page({ filter: { labels: [] } })).seqs, []);
    const sessionIds = [world.session.id];
    assert.equal((await world.page({ first: 100, filter: { sessionIds } })).seqs.length, 41);
  });

  test('a session’s own events are the same events', async () => {
    await using world = await openWorld();
    const query = `query ($id: ID!) { session(id: $id) { events(last: 3, filter: { labels: ["dog"] }) { edges { node { seq } } } } }`;
    const { session } = (await graphql(world.server, query, { id: world.session.id }, world.person)).expectData();
    assert.deepEqual(
      session.events.edges.map(({ node }: Edge) => node.seq),
      [39, 40, 41],
    );
  });

  test('an event leads to its source, session and picture, and is found again by its id', async () => {
    await using world = await openWorld();
    const { edges } = await world.page({ first: 1, after: '1' });
    const { id, session, source, snapshot, box } = edges[0]!.node;
    assert.deepEqual(session, { id: world.session.id });
    assert.match(source.name, /^source/);
    assert.deepEqual([box.x, box.y], [0.1, 0.2]);
    const picture = await fetch(snapshot.url);
    assert.equal(picture.headers.get('content-type'), 'image/jpeg');
    assert.deepEqual(new Uint8Array(await picture.arrayBuffer()), jpeg);
    const query = 'query ($id: ID!) { node(id: $id) { __typename ... on Event { seq } } }';
    const { node } = (await graphql(world.server, query, { id }, world.person)).expectData();
    assert.deepEqual(node, { __typename: 'Event', seq: 2 });
  });

  test('what makes no sense is refused with a code', async () => {
    await using world = await openWorld();
    const refused = async (variables: object, code: string) =>
      (await graphql(world.server, pageOf, { ...variables }, world.person)).expectCode(code);
    await refused({ first: 1, last: 1 }, 'INPUT_INVALID');
    await refused({ first: -1 }, 'INPUT_INVALID');
    await refused({ after: 'x' }, 'CURSOR_INVALID');
    await refused({ filter: { minConfidence: 2 } }, 'INPUT_INVALID');
    await refused({ filter: { labels: Array(101).fill('a') } }, 'INPUT_INVALID');
    await refused({ filter: { sourceIds: ['nonsense'] } }, 'INPUT_INVALID');
  });
});

test('replaying a thousand events with all they point to costs a few statements, not thousands', async () => {
  await using world = await openFeedWorld();
  const tenant = await createTenant(world);
  await world.append(tenant, eventsOf(tenant, 1_000));
  await using database = openDatabase(world.databaseUrl);
  let statements = 0;
  const query = database.pool.query.bind(database.pool) as (
    statement: unknown,
  ) => Promise<{ rows: never[]; rowCount: number }>;
  const reader = createEventReader({
    pool: {
      query(statement) {
        statements += 1;
        return query(statement);
      },
    },
  });
  await using reading = await startReading(world.feed, {
    ...tenant,
    after: 0n,
    complete: (events) => reader.complete(events, ['source', 'session', 'snapshot']),
  });
  for (const item of await reading.take(1_000)) {
    assert.ok(item.kind === 'event' && item.event.source?.id === tenant.sourceId);
    assert.equal(item.event.session?.id, tenant.sessionId);
    assert.equal(item.event.snapshot, null);
  }
  assert.equal(statements, 4);
});
