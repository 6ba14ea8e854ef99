import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createFakeInference, frame, opened } from '../../harness/fake-inference.ts';
import { graphql } from '../../harness/graphql.ts';
import { signUp } from '../../harness/people.ts';
import type { Person } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { createSource, startSession, waitForSession } from '../../harness/sources.ts';

const fake = createFakeInference();
let server: TestServer;
let person: Person;
let ids: string[];
before(async () => {
  server = await startTestServer({ inference: fake.inference });
  person = await signUp(server, 'nodes');
  const sessionId = await startSession(server, person, await createSource(server, person));
  const run = await fake.nextRun();
  run.send(opened, frame(0, [{ label: 'a cat' }]));
  await waitForSession(server, person, sessionId, ({ framesRead }) => framesRead === 1);
  const { events } = (await graphql(server, '{ events(first: 2) { edges { node { id } } } }', {}, person)).expectData();
  ids = events.edges.map(({ node }: { node: { id: string } }) => node.id);
  assert.equal(ids.length, 2);
});
after(() => server[Symbol.asyncDispose]());

test('one event is asked for in every way at once, and each way answers it', async () => {
  const [id = '', other = ''] = ids;
  const answer = await graphql(
    server,
    `
      query ($id: ID!, $ids: [ID!]!) {
        first: node(id: $id) {
          __typename
          id
        }
        many: nodes(ids: $ids) {
          __typename
          id
          ... on Event {
            source {
              name
            }
          }
        }
        again: node(id: $id) {
          __typename
          ... on Event {
            seq
            source {
              id
            }
          }
        }
        twice: nodes(ids: $ids) {
          __typename
          id
        }
      }
    `,
    { id, ids: [id, other, id] },
    person,
  );
  const { first, many, again, twice } = answer.expectData();
  const event = (of: string) => ({ __typename: 'Event', id: of });
  assert.deepEqual(first, event(id));
  assert.deepEqual(
    many.map(({ __typename, id: of }: { __typename: string; id: string }) => ({ __typename, id: of })),
    [id, other, id].map(event),
  );
  assert.equal(again.__typename, 'Event');
  assert.deepEqual(twice, [id, other, id].map(event));
});

test('what nobody has and what others have is null in every way at once, for each who asks', async () => {
  const stranger = await signUp(server, 'elsewhere');
  const text = `query ($id: ID!, $ids: [ID!]!) { node(id: $id) { id } nodes(ids: $ids) { id } again: node(id: $id) { id } }`;
  const answer = await graphql(server, text, { id: ids[0], ids }, stranger);
  assert.deepEqual(answer.expectData(), { node: null, nodes: [null, null], again: null });
});
