import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openDatabase } from '@sightline/db/database';
import { call, newPerson } from '../../harness/accounts.ts';
import { query } from '../../harness/database.ts';
import { graphql } from '../../harness/graphql.ts';
import { createMailbox } from '../../harness/mailbox.ts';
import { movableClock } from '../../harness/movable-clock.ts';
import { password } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';

const auditOf = async (server: TestServer, requestId: string) =>
  query(
    server.databaseUrl,
    `select "action", "actorUserId", "organizationId", "targetId", "targetType" from "AuditEntry" where "requestId" = '${requestId}'`,
  );

describe('where anybody may sign up at once', () => {
  const mailbox = createMailbox();
  let server: TestServer;
  before(async () => {
    server = await startTestServer({ ports: { mailer: mailbox.mailer } });
  });
  after(() => server[Symbol.asyncDispose]());

  test('a person gets an organization of their own and is in', async () => {
    const headers = { 'x-request-id': 'sign-up-1' };
    const { token, deviceToken } = await call(server, 'signUp', newPerson('Ana@Example.com'), { headers });
    assert.match(deviceToken, /^slv_[A-Za-z0-9_-]{43}$/);
    const fields = 'role user { id name email emailVerifiedAt } organization { name }';
    const { viewer } = (await graphql(server, `{ viewer { ${fields} } }`, {}, { token })).expectData();
    const { id: _id, ...user } = viewer.user;
    assert.deepEqual(user, { name: 'Ana', email: 'ana@example.com', emailVerifiedAt: null });
    assert.deepEqual([viewer.role, viewer.organization.name], ['OWNER', 'Faro']);
    const entries = await auditOf(server, 'sign-up-1');
    assert.equal(entries.length, 1);
    assert.equal(entries[0]?.['action'], 'signUp');
    assert.equal(entries[0]?.['actorUserId'], entries[0]?.['targetId']);
  });

  test('of many who want one address at once, one gets it', async () => {
    const tries = Array.from({ length: 6 }, () => call(server, 'signUp', newPerson('wanted@example.com')));
    const names = (await Promise.all(tries)).map(({ __typename }) => __typename);
    assert.deepEqual(names.sort(), [...Array.from({ length: 5 }, () => 'EmailTakenError'), 'SignUpPayload']);
  });

  test('what nobody may choose is not taken: ids, roles, proof', async () => {
    const operation = 'mutation ($input: SignUpInput!) { signUp(input: $input) { __typename } }';
    for (const extra of ['id', 'role', 'emailVerifiedAt', 'organizationId', 'passwordHash', 'createdAt']) {
      const input = { ...newPerson('chooser@example.com'), [extra]: 'x' };
      (await graphql(server, operation, { input })).expectCode('GRAPHQL_VALIDATION_FAILED');
    }
  });

  test('a refused sign-up leaves nothing behind, not even a row of the audit log', async () => {
    const headers = { 'x-request-id': 'sign-up-refused' };
    const answer = await call(server, 'signUp', newPerson('refused@example.com', { password: 'qwertyuiop' }), {
      headers,
    });
    assert.equal(answer.code, 'PASSWORD_REFUSED');
    assert.deepEqual(await auditOf(server, 'sign-up-refused'), []);
    await using open = openDatabase(server.databaseUrl);
    assert.equal(await open.prisma.user.count({ where: { email: 'refused@example.com' } }), 0);
  });

  test('who left every organization gets no further than who knows no password', async () => {
    await call(server, 'signUp', newPerson('homeless@example.com'));
    await query(
      server.databaseUrl,
      `delete from "Membership" where "userId" = (select "id" from "User" where "email" = 'homeless@example.com')`,
    );
    const answer = await call(server, 'signIn', { email: 'homeless@example.com', password });
    assert.equal(answer.code, 'CREDENTIALS_INVALID');
  });
});

test('where addresses are proved first, known and unknown ones leave the same row behind', async () => {
  const mailbox = createMailbox();
  const env = { EMAIL_VERIFICATION: 'required' };
  await using server = await startTestServer({ env, ports: { mailer: mailbox.mailer } });
  const rows: object[] = [];
  for (const requestId of ['pending-new', 'pending-known']) {
    const headers = { 'x-request-id': requestId };
    await call(server, 'signUp', newPerson('same@example.com'), { headers });
    await mailbox.next('same@example.com');
    rows.push(await auditOf(server, requestId));
  }
  const nobody = { actorUserId: null, organizationId: null, targetId: null };
  assert.deepEqual(rows[0], [{ action: 'signUp', targetType: 'User', ...nobody }]);
  assert.deepEqual(rows[1], rows[0]);
});

test('one network signs up as often as configured, and another one is not held off by it', async () => {
  const clock = movableClock();
  const env = { SIGN_UPS_PER_HOUR: '3', TRUSTED_PROXIES: '127.0.0.1' };
  await using server = await startTestServer({ clock, env });
  let count = 0;
  const from = async (address: string) => {
    const person = newPerson(`network-${(count += 1)}@example.com`);
    return (await call(server, 'signUp', person, { headers: { 'x-forwarded-for': address } })).__typename;
  };
  const household = ['2001:db8:1:2::1', '2001:db8:1:2:ffff::2', '2001:db8:1:2:0:0:0:3', '2001:0db8:0001:0002::4'];
  const names = [];
  for (const address of household) names.push(await from(address));
  assert.deepEqual(names, ['SignUpPayload', 'SignUpPayload', 'SignUpPayload', 'TooManyAttemptsError']);
  assert.equal(await from('2001:db8:1:3::1'), 'SignUpPayload');
  assert.equal(await from('198.51.100.1'), 'SignUpPayload');
  clock.advance({ days: 1 });
  assert.equal(await from(household[0] ?? ''), 'SignUpPayload');
});
