import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { createTestDatabase, query } from '../../harness/database.ts';
import { graphql } from '../../harness/graphql.ts';
import { createKey, joinAs, password, signUp, uuidOf } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { until } from '../../harness/until.ts';
import { openSocket } from '../../contract/raw-socket.ts';

let server: TestServer;
before(async () => {
  server = await startTestServer();
});
after(() => server[Symbol.asyncDispose]());

const createTeam = `mutation ($name: String!) {
  createTeam(input: { name: $name }) {
    __typename
    ... on CreateTeamPayload { team { id name } }
    ... on UserError { code message }
  }
}`;

const keyed = (key: string) => ({ headers: { 'idempotency-key': key } });
const teamsNamed = async (name: string) =>
  query(server.databaseUrl, `select "id" from "Team" where "name" = '${name}'`);

test('a mutation with a key happens once, and is answered with the same bytes', async () => {
  const { token } = await signUp(server);
  const key = randomUUID();
  const send = (name: string) => graphql(server, createTeam, { name }, { token, ...keyed(key) });
  const first = await send('once');
  first.expectData();
  assert.equal(first.headers.get('idempotent-replayed'), null);
  const again = await send('once');
  assert.equal(again.headers.get('idempotent-replayed'), 'true');
  assert.deepEqual([again.status, again.text], [first.status, first.text]);
  assert.notEqual(again.headers.get('x-request-id'), null);
  const other = await send('twice');
  other.expectCode('IDEMPOTENCY_KEY_REUSED');
  assert.equal(other.status, 422);
  assert.equal((await teamsNamed('once')).length, 1);
  assert.equal((await teamsNamed('twice')).length, 0);
});

test('the order of names in variables says nothing, everything else does', async () => {
  const { token } = await signUp(server);
  const text =
    'mutation ($a: String!, $b: String!) { createTeam(input: { name: $a }) { __typename } x: createTeam(input: { name: $b }) { __typename } }';
  const key = randomUUID();
  (await graphql(server, text, { a: 'left', b: 'right' }, { token, ...keyed(key) })).expectData();
  const again = await graphql(server, text, { b: 'right', a: 'left' }, { token, ...keyed(key) });
  assert.equal(again.headers.get('idempotent-replayed'), 'true');
  (
    await graphql(
      server,
      `
        ${text}
      `,
      { a: 'left', b: 'right' },
      { token, ...keyed(key) },
    )
  ).expectCode('IDEMPOTENCY_KEY_REUSED');
});

test('a key is known in one organization only, and to one caller only', async () => {
  const [ann, bob] = [await signUp(server, 'ann'), await signUp(server, 'bob')];
  const admin = await joinAs(server, ann, 'ADMIN');
  const program = await createKey(server, ann, ['INFER']);
  const key = randomUUID();
  const send = (token: string) => graphql(server, createTeam, { name: 'mine' }, { token, ...keyed(key) });
  const first = await send(ann.token);
  first.expectData();
  const elsewhere = await send(bob.token);
  assert.equal(elsewhere.headers.get('idempotent-replayed'), null);
  assert.notEqual(elsewhere.expectData().createTeam.team.id, first.expectData().createTeam.team.id);
  // What one of an organization was told, such as a secret, is not for another who guesses the key.
  for (const token of [admin.token, program.secret]) (await send(token)).expectCode('IDEMPOTENCY_KEY_REUSED');
});

test('refusals are kept when they are answers, and not when nothing was done', async () => {
  const owner = await signUp(server);
  const viewer = await joinAs(server, owner, 'VIEWER');
  (await graphql(server, createTeam, { name: 'taken' }, owner)).expectData();
  const key = randomUUID();
  const taken = await graphql(server, createTeam, { name: 'taken' }, { token: owner.token, ...keyed(key) });
  assert.equal(taken.expectData().createTeam.code, 'TEAM_NAME_TAKEN');
  await query(server.databaseUrl, `delete from "Team" where "name" = 'taken'`);
  const still = await graphql(server, createTeam, { name: 'taken' }, { token: owner.token, ...keyed(key) });
  assert.equal(still.text, taken.text);

  const forbidden = randomUUID();
  const ask = () => graphql(server, createTeam, { name: 'later' }, { token: viewer.token, ...keyed(forbidden) });
  (await ask()).expectCode('FORBIDDEN');
  await query(
    server.databaseUrl,
    `update "Membership" set "role" = 'ADMIN' where "userId" = '${uuidOf(viewer.userId)}'`,
  );
  await until(async () => (await ask()).errors.length === 0);
  assert.equal((await teamsNamed('later')).length, 1);
});

test('nobody’s requests do not meet: the same key with another body is another request', async () => {
  const key = randomUUID();
  const signIn = (email: string, secret: string) =>
    graphql(
      server,
      'mutation ($input: SignInInput!) { signIn(input: $input) { __typename ... on SignInPayload { token } ... on UserError { code } } }',
      { input: { email, password: secret } },
      keyed(key),
    );
  const [ann, bob] = [await signUp(server, 'ann'), await signUp(server, 'bob')];
  const first = await signIn(ann.email, password);
  const other = await signIn(bob.email, password);
  assert.notEqual(first.expectData().signIn.token, other.expectData().signIn.token);
  assert.equal((await signIn(ann.email, 'a wrong password')).expectData().signIn.code, 'CREDENTIALS_INVALID');
  assert.equal((await signIn(ann.email, password)).text, first.text);
});

test('keys that are none are refused, and a query takes no notice of one', async () => {
  const { token } = await signUp(server);
  for (const key of ['two words', 'ä', 'a'.repeat(256)]) {
    const bytes = Buffer.from(key).toString('latin1');
    const answer = await graphql(server, createTeam, { name: 'bad' }, { token, ...keyed(bytes) });
    answer.expectCode('BAD_REQUEST');
    assert.equal(answer.status, 400);
  }
  const ask = () => graphql(server, '{ viewer { role } }', {}, { token, ...keyed('the-same') });
  (await ask()).expectData();
  assert.equal((await ask()).headers.get('idempotent-replayed'), null);
});

test('on a socket the key is an extension of the operation', async () => {
  const { token } = await signUp(server);
  const url = `${server.url.replace('http', 'ws')}/graphql`;
  await using socket = await openSocket(url);
  await socket.init({ authorization: `Bearer ${token}` });
  const key = randomUUID();
  const send = async (id: string, name: string) => {
    const payload = { query: createTeam, variables: { name }, extensions: { idempotencyKey: key } };
    socket.send({ id, type: 'subscribe', payload });
    const answer = await socket.next();
    if (answer.type === 'next') assert.equal((await socket.next()).type, 'complete');
    return answer;
  };
  const first = await send('1', 'by socket');
  const again = await send('2', 'by socket');
  assert.deepEqual(again, { ...first, id: '2' });
  assert.equal((await teamsNamed('by socket')).length, 1);
  const other = await send('3', 'another');
  assert.match(JSON.stringify(other), /IDEMPOTENCY_KEY_REUSED/);
});

test('answers are sealed, forgotten after a day, and then the key is new', async () => {
  await using database = await createTestDatabase();
  await using own = await startTestServer({ databaseUrl: database.url });
  const owner = await signUp(own);
  const key = randomUUID();
  const send = () =>
    graphql(
      own,
      'mutation { createApiKey(input: { name: "secret", scopes: [INFER] }) { secret } }',
      {},
      { token: owner.token, ...keyed(key) },
    );
  const { secret } = (await send()).expectData().createApiKey;
  const [row] = await query(
    database.url,
    `select "sealed", "expiresAt" - "createdAt" = interval '1 day' as "isDay" from "IdempotencyKey" where "key" = '${key}'`,
  );
  assert.equal(row?.['isDay'], true);
  assert.equal((row['sealed'] as Buffer).includes(secret), false);
  await query(database.url, `update "IdempotencyKey" set "expiresAt" = now() - interval '1 second'`);
  const anew = await send();
  assert.equal(anew.headers.get('idempotent-replayed'), null);
  assert.notEqual(anew.expectData().createApiKey.secret, secret);
});
