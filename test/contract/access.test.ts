import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { schema } from '@sightline/server/graphql/schema';
import { isInterfaceType } from 'graphql';
import { createFakeInference, frame, opened } from '../harness/fake-inference.ts';
import { graphql } from '../harness/graphql.ts';
import { createKey, joinAs, password, signUp } from '../harness/people.ts';
import type { Person } from '../harness/people.ts';
import { allFields, collectFields, operationFor } from '../harness/selection.ts';
import { startTestServer } from '../harness/server.ts';
import type { TestServer } from '../harness/server.ts';
import { createSource, startSession, uploadPicture, waitForSession } from '../harness/sources.ts';
import { subscribe } from '../harness/subscribe.ts';
import type { AccessCase, Victim } from './access-case.ts';
import { accessCases } from './access-cases.ts';
import type { Answer } from '../harness/answer.ts';

const mark = 'CANARY';
const nodeInterface = schema.getType('Node');
const nodeTypes = isInterfaceType(nodeInterface) ? schema.getPossibleTypes(nodeInterface).map(({ name }) => name) : [];
const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].filter(
  (root) => root != null,
);

// An error's fields repeat what its own caller sent; a Gap is two numbers of the viewer's own feed.
const elsewhere = new Set(Object.values(accessCases).flatMap((each) => each.elsewhere ?? []));
const reachedElsewhere = (field: string) => {
  const [type = ''] = field.split('.');
  return type.endsWith('Error') || type === 'Gap' || elsewhere.has(type);
};

let server: TestServer;
let owner: Person;
let victim: Victim;
let stranger: Person;
let ownOfStranger: Victim;
let observerToken: string;
let deadKey: string;

before(async () => {
  const fake = createFakeInference();
  server = await startTestServer({ inference: fake.inference });
  owner = await signUp(server, mark);
  stranger = await signUp(server, 'stranger');
  victim = await createVictim(fake, owner, mark);
  // The stranger owns one of everything, too, so that what hangs below it is tried as well.
  ownOfStranger = await createVictim(fake, stranger, 'stranger');
  observerToken = await createObserver();
  const key = await createKey(server, owner, ['READ', 'WRITE']);
  deadKey = key.secret;
  (
    await graphql(
      server,
      'mutation ($id: ID!) { revokeApiKey(input: { id: $id }) { apiKey { id } } }',
      { id: key.id },
      owner,
    )
  ).expectData();
});
after(() => server[Symbol.asyncDispose]());

type Fake = ReturnType<typeof createFakeInference>;

async function createVictim({ nextRun }: Fake, person: Person, name: string): Promise<Victim> {
  const sourceId = await createSource(server, person, name);
  const sessionId = await startSession(server, person, sourceId);
  const run = await nextRun();
  run.send(opened, frame(0, [{ label: `${name} label` }]));
  await waitForSession(server, person, sessionId, ({ framesRead }) => framesRead === 1);
  const key = await createKey(server, person, ['READ'], `${name} key`);
  const upload = await uploadPicture(server, person, `${name}.jpg`);
  const query = `{ viewer { user { id } organization { id } signIn { id } } events(last: 1) { edges { node { id snapshot { id } } } } }`;
  const data = (await graphql(server, query, {}, person)).expectData();
  const [{ node: event }] = data.events.edges;
  return {
    mark: name,
    email: person.email,
    password,
    ids: {
      User: data.viewer.user.id,
      Organization: data.viewer.organization.id,
      SignIn: data.viewer.signIn.id,
      ApiKey: key.id,
      Source: sourceId,
      Session: sessionId,
      Event: event.id,
      Artifact: event.snapshot.id,
      Upload: upload,
    },
  };
}

/** A second user inside the victim's organization who may read and nothing else. */
async function createObserver(): Promise<string> {
  return (await joinAs(server, owner, 'VIEWER', 'observer')).token;
}

const uuidOf = (globalId: string) => Buffer.from(globalId, 'base64url').toString().split(':')[1] ?? '';
const typeOf = (globalId: string) => Buffer.from(globalId, 'base64url').toString().split(':')[0] ?? '';
const ghostId = (globalId: string) => Buffer.from(`${typeOf(globalId)}:${randomUUID()}`).toString('base64url');
const ghostOf = ({ ids }: Victim): Victim => ({
  mark: 'ghosts',
  email: 'ghost@example.com',
  password: '',
  ids: Object.fromEntries(Object.entries(ids).map(([name, id]) => [name, ghostId(id)])),
});

type Attempt = { operation: string; aim: (at: Victim) => Victim; label: string };

/** A field that answers an interface is tried once for each type behind it. */
function attemptsOf(root: (typeof roots)[number], fieldName: string, { each }: AccessCase): Attempt[] {
  if (each !== 'Node') return [{ operation: operationFor(schema, root, fieldName), aim: (at) => at, label: fieldName }];
  return nodeTypes.map((type) => ({
    operation: operationFor(schema, root, fieldName, type),
    aim: (at) => ({ ...at, ids: { ...at.ids, '*': at.ids[type] ?? '' } }),
    label: `${fieldName} of ${type}`,
  }));
}

/** What a caller gets: the answer, or the first thing a subscription says. */
async function call(kind: string, operation: string, variables: Record<string, unknown>, token: string | null) {
  if (kind !== 'Subscription') {
    const { text } = await graphql(server, operation, variables, { token });
    return JSON.parse(text) as { data?: Answer; errors?: { extensions: { code: string } }[] };
  }
  // A subscription that may start says nothing until something happens: a second of silence is its answer.
  const signal = AbortSignal.timeout(1_000);
  try {
    for await (const said of subscribe(server, operation, variables, { token, signal })) return said as never;
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return {};
}

const codesOf = (answer: { errors?: { extensions?: Record<string, unknown> }[] }) =>
  (answer.errors ?? []).map(({ extensions }) => extensions?.['code']);

const withoutRequestId = (answer: unknown) => JSON.stringify(answer).replaceAll(/"requestId":"[^"]*"/g, '');

function assertNoCanary(answer: unknown, story: string): void {
  const text = JSON.stringify(answer);
  assert.ok(!text.includes(mark), `a name leaked: ${story}\n${text}`);
  for (const [type, id] of Object.entries(victim.ids)) {
    assert.ok(!text.includes(id) && !text.includes(uuidOf(id)), `an id of ${type} leaked: ${story}\n${text}`);
  }
}

test('every root field has a case, and every case a root field', () => {
  const fields = roots.flatMap((root) => Object.keys(root.getFields()).map((name) => `${root.name}.${name}`));
  assert.deepEqual(Object.keys(accessCases).sort(), fields.sort());
  assert.deepEqual(
    nodeTypes.filter((type) => !victim.ids[type]),
    [],
    'Node types of which the victim owns nothing',
  );
});

for (const root of roots) {
  describe(root.name, () => {
    for (const [key, accessCase] of Object.entries(accessCases)) {
      const [rootName, fieldName = ''] = key.split('.');
      if (rootName !== root.name) continue;
      for (const { operation, aim, label } of attemptsOf(root, fieldName, accessCase)) {
        const { access, variables } = accessCase;

        test(`${label}: another organization learns nothing, not even that it exists`, async () => {
          const attacker = fieldName === 'signOut' ? await signUp(server, 'leaver') : stranger;
          const answer = await call(root.name, operation, variables(aim(victim)), attacker.token);
          assertNoCanary(answer, label);
          if (access === 'public' && !accessCase.each) return;
          // What is somebody else's must look exactly like what is not there.
          const ghosts = variables(aim(ghostOf(victim)));
          const isAimed = JSON.stringify(ghosts) !== JSON.stringify(variables(aim(ghostOf(victim))));
          if (isAimed) {
            const ghost = await call(root.name, operation, ghosts, attacker.token);
            assert.equal(withoutRequestId(answer), withoutRequestId(ghost), label);
          }
        });

        if (root.name === 'Query') {
          test(`${label}: what hangs below one’s own shows nothing of another organization, to a key neither`, async () => {
            const { secret } = await createKey(server, stranger, ['READ', 'WRITE', 'INFER']);
            for (const token of [stranger.token, secret]) {
              const answer = await call(root.name, operation, variables(aim(ownOfStranger)), token);
              assertNoCanary(answer, label);
              assert.ok(!codesOf(answer).includes('INTERNAL_SERVER_ERROR'), JSON.stringify(answer));
            }
          });
        }

        test(`${label}: nobody and a revoked key get nothing`, async () => {
          const anonymous = await call(root.name, operation, variables(aim(victim)), null);
          assertNoCanary(anonymous, label);
          if (access !== 'public') assert.deepEqual(codesOf(anonymous), ['UNAUTHENTICATED'], label);
          const revoked = await call(root.name, operation, variables(aim(victim)), deadKey);
          assert.deepEqual(codesOf(revoked), ['UNAUTHENTICATED'], label);
          assertNoCanary(revoked, label);
        });

        if (access === 'write') {
          test(`${label}: a member who may only read is refused`, async () => {
            const answer = await call(root.name, operation, variables(aim(victim)), observerToken);
            assert.deepEqual(codesOf(answer), ['FORBIDDEN'], JSON.stringify(answer));
          });
        }
      }
    }
  });
}

test('the attempts above changed nothing of the victim’s', async () => {
  const query = `query ($id: ID!, $key: ID!) {
    session(id: $id) { state } node(id: $key) { ... on ApiKey { revokedAt } }
    sources { edges { node { name } } } sessions { edges { node { id } } } viewer { apiKeys { edges { node { name } } } }
  }`;
  const data = (
    await graphql(server, query, { id: victim.ids['Session'], key: victim.ids['ApiKey'] }, owner)
  ).expectData();
  assert.equal(data.session.state, 'RUNNING');
  assert.equal(data.node.revokedAt, null);
  assert.equal(data.sources.edges.length, 1);
  assert.equal(data.sessions.edges.length, 1);
  assert.deepEqual(
    data.viewer.apiKeys.edges.map(({ node }: Answer) => node.name),
    [`${mark} key`, 'key'],
  );
});

test('the cases reach every field of every type, so none is left untried', async () => {
  const reached = new Set<string>();
  for (const root of roots) {
    for (const [key, accessCase] of Object.entries(accessCases)) {
      const [rootName, fieldName = ''] = key.split('.');
      if (rootName !== root.name || fieldName === 'signOut') continue;
      for (const { operation, aim } of attemptsOf(root, fieldName, accessCase)) {
        const answer = await call(
          root.name,
          operation,
          (accessCase.ownVariables ?? accessCase.variables)(aim(victim)),
          owner.token,
        );
        collectFields(answer.data, reached);
        for (const name of Object.keys(answer.data ?? {})) reached.add(`${rootName}.${name}`);
      }
    }
  }
  reached.add('Mutation.signOut').add('SignOutPayload.signedOut');
  const missed = allFields(schema).filter((field) => !reached.has(field) && !reachedElsewhere(field));
  assert.deepEqual(missed, []);
});
