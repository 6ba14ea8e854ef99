import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { createFakeInference, frame, opened } from '../../harness/fake-inference.ts';
import { graphql } from '../../harness/graphql.ts';
import { signUp } from '../../harness/people.ts';
import type { Person } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { createSource, startSession, waitForSession } from '../../harness/sources.ts';

/**
 * Statements of the request that came last, and of nothing else: what the server does by itself meanwhile was not begun by
 * that request, however often it does it on a busy machine.
 */
let last = { statements: 0 };
const requests = new AsyncLocalStorage<{ statements: number }>();
subscribe('http.server.request.start', () => {
  last = { statements: 0 };
  requests.enterWith(last);
});
const query = pg.Client.prototype.query as (...args: unknown[]) => unknown;
pg.Client.prototype.query = function countedQuery(this: pg.Client, ...args: unknown[]) {
  const request = requests.getStore();
  if (request) request.statements += 1;
  return query.apply(this, args);
} as typeof pg.Client.prototype.query;

const full = 'id seq source { id name kind } session { id state profile } snapshot { id contentType byteSize }';

/** What one request may cost, who asks (one statement) included. */
const cases: { name: string; query: string; variables?: Record<string, unknown>; most: number }[] = [
  { name: 'who asks', query: '{ viewer { role } }', most: 1 },
  { name: 'events alone', query: '{ events(first: 50) { edges { cursor node { id seq label } } } }', most: 2 },
  { name: 'events with all they point to', query: `{ events(first: 50) { edges { node { ${full} } } } }`, most: 2 },
  {
    name: 'the newest of them',
    query: `{ events(last: 5) { edges { node { ${full} } } pageInfo { hasPreviousPage } } }`,
    most: 2,
  },
  {
    name: 'through fragments and a filter',
    query: `query ($filter: EventFilter) { events(filter: $filter) { ...C } }
      fragment C on EventConnection { edges { node { ... on Event { ...E } } } } fragment E on Event { ${full} }`,
    variables: { filter: { types: ['OBJECT_ENTERED', 'OBJECT_LEFT'], labels: ['person', 'dog'], minConfidence: 0.1 } },
    most: 2,
  },
  {
    name: 'events of each session',
    query: `{ sessions { edges { node { id events { edges { node { ${full} } } } } } } }`,
    most: 4,
  },
  {
    name: 'a relation of what they point to',
    query: '{ events { edges { node { session { id source { id name } } } } } }',
    most: 3,
  },
  {
    name: 'sources with their sessions',
    query: '{ sources { edges { node { name sessions { edges { node { state } } } } } } }',
    most: 3,
  },
];

describe('the number of SQL statements of a request does not grow with what it finds', () => {
  const fake = createFakeInference();
  let server: TestServer;
  let person: Person;

  before(async () => {
    server = await startTestServer({ inference: fake.inference });
    person = await signUp(server);
    for (let count = 0; count < 2; count += 1) {
      const id = await startSession(server, person, await createSource(server, person));
      const run = await fake.nextRun();
      run.send(
        opened,
        frame(0, [{ trackNumber: 1 }, { trackNumber: 2, label: 'dog' }]),
        frame(1, [{ trackNumber: 3 }]),
        { type: 'ended' },
      );
      await waitForSession(server, person, id, ({ state }) => state === 'COMPLETED');
    }
  });
  after(() => server[Symbol.asyncDispose]());

  for (const { name, query: document, variables = {}, most } of cases) {
    test(`${name}: ${most}`, async (t) => {
      const counts: number[] = [];
      const answers: unknown[] = [];
      // Interpreted at first, compiled from the third time on where that is allowed: both have to say and cost the same.
      for (let time = 0; time < 6; time += 1) {
        const answer = await graphql(server, document, variables, { token: person.token });
        counts.push(last.statements);
        answers.push(answer.expectData());
      }
      // A count of nothing would prove nothing: somebody always asks who it is.
      assert.ok(Math.min(...counts) >= 1);
      for (const answer of answers) assert.deepEqual(answer, answers[0]);
      // The least: what is kept for a while is read anew now and then.
      const [interpreted, compiled] = [Math.min(...counts.slice(0, 2)), Math.min(...counts.slice(2))];
      t.diagnostic(`${interpreted} interpreted, ${compiled} later on`);
      assert.ok(interpreted <= most, `${interpreted} statements`);
      assert.ok(compiled <= most, `${compiled} statements`);
    });
  }

  test('what was read along is what would have been read alone', async () => {
    const [along, alone] = await Promise.all(
      [`edges { node { ${full} } }`, 'edges { node { id } }'].map((selection) =>
        graphql(server, `{ events(first: 100) { ${selection} } }`, {}, { token: person.token }),
      ),
    );
    const nodes = along!.expectData().events.edges.map((edge: { node: { id: string } }) => edge.node);
    assert.equal(nodes.length, alone!.expectData().events.edges.length);
    for (const node of nodes) {
      const answer = await graphql(
        server,
        `query ($id: ID!) { node(id: $id) { ... on Event { ${full} } } }`,
        { id: node.id },
        { token: person.token },
      );
      assert.deepEqual(answer.expectData().node, node);
    }
  });
});
