import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Answer } from '../../harness/answer.ts';
import { createFakeInference, frame, opened } from '../../harness/fake-inference.ts';
import type { FakeRun } from '../../harness/fake-inference.ts';
import { graphql } from '../../harness/graphql.ts';
import { createKey, joinAs, signUp } from '../../harness/people.ts';
import type { Person } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { createSource, createSourceOf, startSession, uploadPicture, waitForSession } from '../../harness/sources.ts';
import { subscribe } from '../../harness/subscribe.ts';
import { codeOf, done, membershipOf, mutate } from './operations.ts';

type Watched = {
  sourceId: string;
  sessionId: string;
  eventId: string;
  snapshotId: string;
  run: FakeRun;
  seqs: string[];
};

const fake = createFakeInference();
let server: TestServer;
let owner: Person;
/** May see the first source and nothing else. */
let guest: Person;
let shown: Watched;
let hidden: Watched;

before(async () => {
  server = await startTestServer({ inference: fake.inference });
  owner = await signUp(server, 'owner');
  hidden = await watch('hidden');
  shown = await watch('shown');
  guest = await joinAs(server, owner, 'GUEST');
  await give(guest, ['READ'], shown.sourceId);
});
after(() => server[Symbol.asyncDispose]());

/** A source with a session that has told of one object. */
async function watch(label: string): Promise<Watched> {
  const sourceId = await createSource(server, owner, label);
  const sessionId = await startSession(server, owner, sourceId);
  const run = await fake.nextRun();
  run.send(opened, frame(0, [{ label }]));
  await waitForSession(server, owner, sessionId, ({ framesRead }) => framesRead === 1);
  const query = `query ($id: ID!) { session(id: $id) { events { edges { node { id seq label snapshot { id } } } } } }`;
  const { edges } = (await ask(owner, query, { id: sessionId })).session.events;
  const { node } = edges.find((edge: Answer) => edge.node.label === label);
  return {
    ...{ sourceId, sessionId, run, eventId: node.id, snapshotId: node.snapshot.id },
    seqs: edges.map((edge: Answer) => edge.node.seq),
  };
}

async function give(person: Person, permissions: string[], sourceId: string): Promise<string> {
  const role = { name: `role ${Math.random()}`, permissions };
  const { customRole } = await done(mutate(server, owner, 'createCustomRole', role, 'customRole { id }'));
  const membershipId = await membershipOf(server, owner, person);
  const input = { customRoleId: customRole.id, sourceId, membershipId };
  return (await done(mutate(server, owner, 'assignRole', input, 'assignment { id }'))).assignment.id;
}

async function ask(asker: { token: string }, query: string, variables: Record<string, unknown> = {}): Promise<Answer> {
  return (await graphql(server, query, variables, asker)).expectData();
}

const nodeOf = async (asker: { token: string }, id: string): Promise<Answer> =>
  (await ask(asker, 'query ($id: ID!) { node(id: $id) { id } }', { id })).node;

describe('who has a role for one source', () => {
  test('sees it, its sessions, its events and their pictures, and nothing of others, whichever way they ask', async () => {
    const query = `{ sources { edges { node { id } } } sessions { edges { node { id } } }
      events { edges { node { seq label source { id } session { id } snapshot { id url } } } } }`;
    const data = await ask(guest, query);
    const ids = (name: string) => data[name].edges.map(({ node }: Answer) => node.id);
    assert.deepEqual(ids('sources'), [shown.sourceId]);
    assert.deepEqual(ids('sessions'), [shown.sessionId]);
    assert.deepEqual(
      data.events.edges.map(({ node }: Answer) => node.seq),
      shown.seqs,
    );
    const { snapshot } = data.events.edges.find(({ node }: Answer) => node.label === 'shown').node;
    assert.equal((await fetch(snapshot.url)).status, 200);
    for (const name of ['sourceId', 'sessionId', 'eventId', 'snapshotId'] as const) {
      assert.ok(await nodeOf(guest, shown[name]), name);
      assert.equal(await nodeOf(guest, hidden[name]), null, name);
      assert.ok(await nodeOf(owner, hidden[name]), name);
    }
    const one = 'query ($source: ID!, $session: ID!) { source(id: $source) { id } session(id: $session) { id } }';
    const direct = await ask(guest, one, { source: hidden.sourceId, session: hidden.sessionId });
    assert.deepEqual(direct, { source: null, session: null });
  });

  test('cannot widen it by a filter, a cursor or paging from the end', async () => {
    const query = `query ($filter: EventFilter, $after: String, $last: Int) {
      events(filter: $filter, after: $after, last: $last) { edges { node { label } } pageInfo { hasNextPage hasPreviousPage } } }`;
    const labels = async (variables: Record<string, unknown>) => {
      const { edges } = (await ask(guest, query, variables)).events;
      return edges.map(({ node }: Answer) => node.label).filter(Boolean);
    };
    assert.deepEqual(await labels({ filter: { sourceIds: [hidden.sourceId] } }), []);
    assert.deepEqual(await labels({ filter: { sourceIds: [hidden.sourceId, shown.sourceId] } }), ['shown']);
    assert.deepEqual(await labels({ filter: { sessionIds: [hidden.sessionId] } }), []);
    assert.deepEqual(await labels({ filter: { labels: ['hidden'] } }), []);
    assert.deepEqual(await labels({ after: '0' }), ['shown']);
    assert.deepEqual(await labels({ last: 100 }), ['shown']);
    const filtered = 'query ($id: ID!) { sessions(filter: { sourceId: $id }) { edges { node { id } } } }';
    assert.deepEqual((await ask(guest, filtered, { id: hidden.sourceId })).sessions.edges, []);
  });

  test('follows its feed and no other', async () => {
    const query = `subscription ($after: String, $filter: EventFilter) {
      eventFeed(after: $after, filter: $filter) { ... on Event { seq source { id } } } }`;
    const stream = subscribe(server, query, { after: '0' }, { token: guest.token });
    for (const seq of shown.seqs) {
      const { value } = await stream.next();
      assert.deepEqual(value?.data?.eventFeed, { seq, source: { id: shown.sourceId } });
    }
    // Something happens at both: what comes next is of the one they may see.
    const live = stream.next();
    hidden.run.send(frame(1, [{ label: 'hidden' }]));
    shown.run.send(frame(1, [{ label: 'shown' }]));
    assert.equal((await live).value?.data?.eventFeed.source.id, shown.sourceId);
    await stream.return();
    const one = 'subscription ($id: ID!) { sessionChanged(id: $id) { id } }';
    const refused = await subscribe(server, one, { id: hidden.sessionId }, { token: guest.token }).next();
    assert.equal(refused.value?.errors?.[0]?.extensions?.['code'], 'NOT_FOUND');
  });

  test('may look and not act, unless the role says so, and then there only', async () => {
    const start = (person: Person, sourceId: string) =>
      codeOf(mutate(server, person, 'startSession', { sourceId }, 'session { id }'));
    const stop = (person: Person, id: string) =>
      codeOf(mutate(server, person, 'stopSession', { id }, 'session { id }'));
    assert.equal(await start(guest, shown.sourceId), 'FORBIDDEN');
    assert.equal(await stop(guest, shown.sessionId), 'FORBIDDEN');
    const operator = await joinAs(server, owner, 'GUEST');
    await give(operator, ['READ', 'SESSIONS_WRITE'], shown.sourceId);
    await give(operator, ['READ'], hidden.sourceId);
    assert.equal(await start(operator, hidden.sourceId), 'FORBIDDEN');
    assert.equal(await stop(operator, hidden.sessionId), 'FORBIDDEN');
    const other = await joinAs(server, owner, 'GUEST');
    await give(other, ['READ', 'SESSIONS_WRITE'], hidden.sourceId);
    assert.equal(await start(other, shown.sourceId), 'NOT_FOUND');
    assert.equal(await stop(other, shown.sessionId), 'NOT_FOUND');
    assert.equal(await stop(operator, shown.sessionId), null);
  });

  test('a role that gives no reading shows nothing', async () => {
    const person = await joinAs(server, owner, 'GUEST');
    await give(person, ['SESSIONS_WRITE'], shown.sourceId);
    assert.equal(await codeOf(graphql(server, '{ sources { edges { node { id } } } }', {}, person)), 'FORBIDDEN');
    assert.equal(await nodeOf(person, shown.sourceId), null);
    assert.equal(
      await codeOf(mutate(server, person, 'startSession', { sourceId: shown.sourceId }, 'session { id }')),
      'NOT_FOUND',
    );
  });

  test('a role for a source gives nothing for the organization: no uploads, keys, members or sources', async () => {
    const person = await joinAs(server, owner, 'GUEST');
    await give(person, ['READ', 'SOURCES_WRITE', 'SESSIONS_WRITE'], shown.sourceId);
    const tried = {
      createUpload: { fileName: 'a.jpg', contentType: 'image/jpeg', byteSize: 4 },
      createSource: { name: 'new', kind: 'IMAGES', path: server.sourceDirectory },
      createApiKey: { name: 'key', scopes: ['READ'] },
      inviteMember: { email: 'a@example.com', role: 'GUEST' },
    };
    for (const [field, input] of Object.entries(tried)) {
      const query = `mutation ($input: ${field[0]?.toUpperCase()}${field.slice(1)}Input!) { ${field}(input: $input) { __typename } }`;
      assert.equal(await codeOf(graphql(server, query, { input }, person)), 'FORBIDDEN', field);
    }
  });
});

test('roles add up: of a member and of their teams', async () => {
  const person = await joinAs(server, owner, 'GUEST');
  const query = '{ viewer { permissions sourcePermissions { sourceId permissions } } }';
  assert.deepEqual((await ask(person, query)).viewer, { permissions: [], sourcePermissions: [] });
  await give(person, ['READ'], shown.sourceId);
  const { team } = await done(mutate(server, owner, 'createTeam', { name: 'sum' }, 'team { id }'));
  const role = { name: 'starter', permissions: ['SESSIONS_WRITE'] };
  const { customRole } = await done(mutate(server, owner, 'createCustomRole', role, 'customRole { id }'));
  const given = { customRoleId: customRole.id, sourceId: shown.sourceId, teamId: team.id };
  await done(mutate(server, owner, 'assignRole', given, 'assignment { id }'));
  const membershipId = await membershipOf(server, owner, person);
  await done(mutate(server, owner, 'addTeamMember', { teamId: team.id, membershipId }, 'team { id }'));
  const [grant] = (await ask(person, query)).viewer.sourcePermissions;
  assert.equal(grant.sourceId, shown.sourceId);
  assert.deepEqual(grant.permissions.sort(), ['READ', 'SESSIONS_WRITE']);
});

test('a file of a source is seen with it; an upload of no source is not', async () => {
  const upload = await uploadPicture(server, owner);
  const loose = await uploadPicture(server, owner);
  const sourceId = await createSourceOf(server, owner, { name: 'of uploads', uploadIds: [upload] });
  // Both have arrived; the second belongs nowhere.
  await createSourceOf(server, owner, { name: 'of another', uploadIds: [loose] });
  const person = await joinAs(server, owner, 'GUEST');
  await give(person, ['READ'], sourceId);
  assert.ok(await nodeOf(person, upload));
  assert.equal(await nodeOf(person, loose), null);
});

test('a key of an admin who became a guest sees what the guest sees', async () => {
  const person = await joinAs(server, owner, 'ADMIN');
  const key = await createKey(server, person, ['READ']);
  await give(person, ['READ'], shown.sourceId);
  assert.ok(await nodeOf({ token: key.secret }, hidden.sourceId));
  const membershipId = await membershipOf(server, owner, person);
  await done(mutate(server, owner, 'changeMemberRole', { membershipId, role: 'GUEST' }, 'membership { role }'));
  assert.equal(await nodeOf({ token: key.secret }, hidden.sourceId), null);
  assert.ok(await nodeOf({ token: key.secret }, shown.sourceId));
});
