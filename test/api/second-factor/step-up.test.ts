import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { graphql } from '../../harness/graphql.ts';
import { movableClock } from '../../harness/movable-clock.ts';
import { createKey, password, signIn, signUp } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { enroll } from '../../harness/totp.ts';
import { giveCode, givePassword, stepUp, ticketOf } from './calls.ts';

const clock = movableClock();
let server: TestServer;

before(async () => {
  server = await startTestServer({ clock });
});
after(() => server[Symbol.asyncDispose]());

/** What cannot be undone or opens further doors. */
const sensitive: Record<string, string> = {
  enrollTotp: 'mutation { enrollTotp { __typename } }',
  disableTotp: 'mutation { disableTotp { __typename } }',
  newRecoveryCodes: 'mutation { newRecoveryCodes { recoveryCodes } }',
  requestEmailChange: 'mutation { requestEmailChange(input: { email: "other@example.com" }) { __typename } }',
};

/** Given an id of a key of the person's, what asks for a proof where it would hand out or widen a credential. */
const ofKeys: Record<string, string> = {
  createApiKey: 'mutation { createApiKey(input: { name: "k", scopes: [READ] }) { secret } }',
  rerollApiKey: 'mutation ($id: ID!) { rerollApiKey(input: { id: $id }) { secret } }',
  updateApiKey: 'mutation ($id: ID!) { updateApiKey(input: { id: $id, scopes: [WRITE] }) { apiKey { id } } }',
};

const stale = () => clock.advance({ ms: 5 * 60_000 + 1 });

for (const [name, query] of Object.entries(sensitive)) {
  test(`${name}: asks for a proof that is not older than five minutes`, async () => {
    const person = await signUp(server);
    stale();
    (await graphql(server, query, {}, person)).expectCode('STEP_UP_REQUIRED');
    assert.equal((await stepUp(server, person.token, { password })).__typename, 'StepUpPayload');
    const { errors } = await graphql(server, query, {}, person);
    assert.ok(!errors.some(({ extensions }) => extensions['code'] === 'STEP_UP_REQUIRED'));
    const { secret: token } = await createKey(server, person, ['READ', 'WRITE']);
    const byKey = await graphql(server, query, {}, { token });
    assert.ok(byKey.errors.length === 1, byKey.text);
  });
}

test('keys are not handed out or widened to whoever copied a token', async () => {
  const person = await signUp(server);
  const { id } = await createKey(server, person, ['READ']);
  stale();
  for (const [name, query] of Object.entries(ofKeys)) {
    const variables = query.includes('$id') ? { id } : {};
    const { errors } = await graphql(server, query, variables, person);
    assert.deepEqual(
      errors.map(({ extensions }) => extensions['code']),
      ['STEP_UP_REQUIRED'],
      name,
    );
  }
  // Another name opens nothing, and taking a key away must never wait for anything.
  const rename = 'mutation ($id: ID!) { updateApiKey(input: { id: $id, name: "other" }) { apiKey { id } } }';
  (await graphql(server, rename, { id }, person)).expectData();
  const revoke = 'mutation ($id: ID!) { revokeApiKey(input: { id: $id }) { apiKey { id } } }';
  await stepUp(server, person.token, { password });
  for (const query of Object.values(ofKeys)) {
    (await graphql(server, query, query.includes('$id') ? { id } : {}, person)).expectData();
  }
  stale();
  (await graphql(server, revoke, { id }, person)).expectData();
});

describe('a proof', () => {
  test('is the password for those who have no second factor, and a wrong one is none', async () => {
    const person = await signUp(server);
    stale();
    for (const input of [{ password: 'not the password' }, { code: '000000' }, {}] as Record<string, string>[]) {
      assert.equal((await stepUp(server, person.token, input)).code, 'CREDENTIALS_INVALID');
    }
    (await graphql(server, sensitive['enrollTotp'] ?? '', {}, person)).expectCode('STEP_UP_REQUIRED');
    const { provedAt } = await stepUp(server, person.token, { password });
    assert.equal(provedAt, clock.now().toISOString());
  });

  test('is the second factor for those who have one, and no longer the password', async () => {
    const person = await signUp(server);
    const { app } = await enroll(server, person, clock);
    stale();
    assert.equal((await stepUp(server, person.token, { password })).code, 'SECOND_FACTOR_INVALID');
    assert.equal((await stepUp(server, person.token, { password, code: '000000' })).code, 'SECOND_FACTOR_INVALID');
    (await graphql(server, sensitive['disableTotp'] ?? '', {}, person)).expectCode('STEP_UP_REQUIRED');
    assert.ok((await stepUp(server, person.token, { code: app.codeAt(clock.now()) })).provedAt);
    (await graphql(server, sensitive['disableTotp'] ?? '', {}, person)).expectData();
  });

  test('counts for its own device alone', async () => {
    const person = await signUp(server);
    const other = await signIn(server, person.email);
    stale();
    await stepUp(server, person.token, { password });
    (await graphql(server, sensitive['enrollTotp'] ?? '', {}, other)).expectCode('STEP_UP_REQUIRED');
  });

  test('from before there was a second factor is none any more on other devices', async () => {
    const person = await signUp(server);
    // Somebody who got the password is signed in, too, at this very moment.
    const thief = await signIn(server, person.email);
    await enroll(server, person, clock);
    (await graphql(server, sensitive['disableTotp'] ?? '', {}, thief)).expectCode('STEP_UP_REQUIRED');
    assert.equal((await stepUp(server, thief.token, { password })).code, 'SECOND_FACTOR_INVALID');
    (await graphql(server, sensitive['newRecoveryCodes'] ?? '', {}, person)).expectData();
  });

  test('comes with a sign-in by two factors', async () => {
    const person = await signUp(server);
    const { app } = await enroll(server, person, clock);
    stale();
    const { token } = await giveCode(server, await ticketOf(server, person.email), app.codeAt(clock.now()));
    (await graphql(server, sensitive['newRecoveryCodes'] ?? '', {}, { token })).expectData();
  });
});

test('what is stored of a second factor tells neither its secret nor its codes', async () => {
  const person = await signUp(server);
  const { secret, recoveryCodes } = await enroll(server, person, clock);
  await givePassword(server, person.email);
  const client = new pg.Client(server.databaseUrl);
  await client.connect();
  try {
    const tables = ['TotpFactor', 'RecoveryCode', 'OneTimeToken', 'MailMessage', 'AuditEntry', 'SignIn'];
    const rows = await Promise.all(
      tables.map((name) => client.query(`select to_jsonb(t)::text as row from "${name}" t`)),
    );
    const stored = rows.flatMap((result) => result.rows.map(({ row }) => row as string)).join('\n');
    assert.ok(stored.length > 1_000);
    const plain = [secret, ...recoveryCodes, ...recoveryCodes.map((each) => each.replaceAll('-', ''))];
    for (const each of plain) assert.ok(!stored.includes(each) && !server.logs.join('\n').includes(each), each);
  } finally {
    await client.end();
  }
});
