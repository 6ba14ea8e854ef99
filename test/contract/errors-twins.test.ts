import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { createFakeInference, frame, opened } from '../harness/fake-inference.ts';
import { graphql } from '../harness/graphql.ts';
import { createKey, joinAs, signUp } from '../harness/people.ts';
import type { Person } from '../harness/people.ts';
import { startTestServer } from '../harness/server.ts';
import type { TestServer } from '../harness/server.ts';
import { createSource, startSession, uploadPicture, waitForSession } from '../harness/sources.ts';

/*
 * What somebody may not see must answer exactly as what is not there: the same status, the same headers, the same body,
 * byte for byte, whoever asks and by whatever road.
 */

let server: TestServer;
let ids: Record<string, string>;
/** Who may see none of it: somebody of another organization, their key, and members without the permission. */
const askers: Record<string, string | null> = {};
let link: string;

before(async () => {
  const fake = createFakeInference();
  server = await startTestServer({ inference: fake.inference });
  const owner = await signUp(server, 'owner');
  const stranger = await signUp(server, 'stranger');
  const sourceId = await createSource(server, owner, 'door');
  const sessionId = await startSession(server, owner, sourceId);
  const run = await fake.nextRun();
  run.send(opened, frame(0, [{ label: 'cat' }]));
  await waitForSession(server, owner, sessionId, ({ framesRead }) => framesRead === 1);
  const { events } = (
    await ask(owner, '{ events(last: 1) { edges { node { id snapshot { id url } } } } }')
  ).expectData();
  const [{ node: event }] = events.edges;
  const key = await createKey(server, owner, ['READ']);
  const upload = await uploadPicture(server, owner, 'a.jpg');
  const { viewer } = (await ask(owner, '{ viewer { user { id } organization { id } signIn { id } } }')).expectData();
  const { createTeam } = (
    await ask(owner, 'mutation { createTeam(input: { name: "t" }) { ... on CreateTeamPayload { team { id } } } }')
  ).expectData();
  ids = {
    Source: sourceId,
    Session: sessionId,
    Event: event.id,
    ApiKey: key.id,
    Artifact: event.snapshot.id,
    Upload: upload,
    User: viewer.user.id,
    Organization: viewer.organization.id,
    SignIn: viewer.signIn.id,
    Team: createTeam.team.id,
  };
  link = event.snapshot.url;
  askers['a stranger'] = stranger.token;
  askers['a stranger’s key'] = (await createKey(server, stranger, ['READ', 'WRITE', 'AUDIT'])).secret;
  askers['a member without the permission'] = (await joinAs(server, owner, 'BILLING')).token;
  askers['nobody'] = null;
});
after(() => server[Symbol.asyncDispose]());

const ask = ({ token }: Pick<Person, 'token'>, query: string, variables = {}) =>
  graphql(server, query, variables, { token });

const ghostOf = (id: string) => {
  const [type] = Buffer.from(id, 'base64url').toString().split(':');
  return Buffer.from(`${type}:${randomUUID()}`).toString('base64url');
};

/** Types that a member may see although they may do nothing: who is who in the own organization. */
const common = new Set(['User', 'Organization', 'Team']);

type Raw = { status: number; headers: Record<string, string>; body: string };

async function post(token: string | null, query: string, variables: object): Promise<Raw> {
  return raw(
    await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: {
        ...{ 'content-type': 'application/json', 'x-request-id': 'twin' },
        ...(token && { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ query, variables }),
    }),
  );
}

async function raw(response: Response): Promise<Raw> {
  const { date: _date, ...headers } = Object.fromEntries(response.headers);
  return { status: response.status, headers, body: await response.text() };
}

const reads = {
  node: 'query ($id: ID!) { node(id: $id) { __typename id } }',
  nodes: 'query ($id: ID!) { nodes(ids: [$id]) { __typename id } }',
  source: 'query ($id: ID!) { source(id: $id) { id } }',
  session: 'query ($id: ID!) { session(id: $id) { id } }',
  'sessions of a source': 'query ($id: ID!) { sessions(filter: { sourceId: $id }) { edges { cursor } } }',
  'events of a source': 'query ($id: ID!) { events(first: 1, filter: { sourceIds: [$id] }) { edges { cursor } } }',
};
const writes = {
  revokeApiKey: 'mutation ($id: ID!) { revokeApiKey(input: { id: $id }) { apiKey { id } } }',
  updateApiKey: 'mutation ($id: ID!) { updateApiKey(input: { id: $id, name: "mine" }) { apiKey { id } } }',
  rerollApiKey: 'mutation ($id: ID!) { rerollApiKey(input: { id: $id }) { secret } }',
  startSession: 'mutation ($id: ID!) { startSession(input: { sourceId: $id }) { __typename } }',
  stopSession: 'mutation ($id: ID!) { stopSession(input: { id: $id }) { session { id } } }',
  createSource:
    'mutation ($id: ID!) { createSource(input: { name: "x", kind: IMAGES, uploadIds: [$id] }) { __typename } }',
  deleteTeam: 'mutation ($id: ID!) { deleteTeam(input: { id: $id }) { __typename } }',
};

for (const [name, query] of Object.entries({ ...reads, ...writes })) {
  test(`${name}: what may not be seen answers as what is not there`, async () => {
    let pairs = 0;
    for (const [who, token] of Object.entries(askers)) {
      for (const [type, id] of Object.entries(ids)) {
        if (who.startsWith('a member') && common.has(type)) continue;
        const ghostId = ghostOf(id);
        const there = await post(token, query, { id });
        const ghost = await post(token, query, { id: ghostId });
        // An answer may repeat what was sent, which is of the same length.
        const without = ({ body, ...rest }: Raw, sent: string) => ({ ...rest, body: body.replaceAll(sent, 'ID') });
        assert.deepEqual(without(there, id), without(ghost, ghostId), `${who}, ${type}`);
        pairs += 1;
      }
    }
    assert.ok(pairs >= 25, String(pairs));
  });
}

test('links: a file that is there and one that is not are refused alike without the right signature', async () => {
  const { pathname, search } = new URL(link);
  const other = pathname.replace(/[^/]+$/, randomUUID());
  const wrong = search.replace(/[0-9a-f](?=[^0-9a-f]*$)/, (digit) => (digit === '0' ? '1' : '0'));
  assert.equal((await fetch(link)).status, 200, 'the link itself is good');
  for (const query of ['', wrong, '?x=1']) {
    for (const method of ['GET', 'PUT']) {
      const answers = [];
      for (const path of [pathname, other]) {
        const init = { method, headers: { 'x-request-id': 'twin' }, ...(method === 'PUT' && { body: 'x' }) };
        answers.push(await raw(await fetch(`${server.url}${path}${query}`, init)));
      }
      assert.deepEqual(answers[0], answers[1], `${method} ${query}`);
      assert.equal(answers[0]?.status, 403);
    }
  }
});
