import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { personalTables } from '@sightline/server/domain/privacy/personal-tables';
import { query } from '../../harness/database.ts';
import { graphql } from '../../harness/graphql.ts';
import { createMailbox } from '../../harness/mailbox.ts';
import { movableClock } from '../../harness/movable-clock.ts';
import { createKey, joinAs, signUp, uuidOf } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { consenting, erasing, exporting, fullPerson, requests } from './full-person.ts';

describe('privacy', () => {
  const mailbox = createMailbox();
  const clock = movableClock();
  let server: TestServer;

  before(async () => {
    server = await startTestServer({ clock, ports: { mailer: mailbox.mailer } });
  });
  after(() => server[Symbol.asyncDispose]());

  test('the list of tables about people is all of them', async () => {
    const columns = await query(
      server.databaseUrl,
      `select distinct table_name as name from information_schema.columns where table_schema = 'public'
         and (column_name ~* 'user(Id)?$' or column_name in ('email', 'address', 'userAgent', 'membershipId'))`,
    );
    // The address on the bills of an organization goes with the organization.
    const listed = new Set(['BillingAccount', ...personalTables.map(({ table }) => table)]);
    assert.deepEqual(
      columns.map(({ name }) => String(name)).filter((name) => !listed.has(name)),
      [],
    );
  });

  test('an export has every row about the person, opens as JSON, and has no secret in it', async () => {
    const person = await fullPerson(server, clock, 'exported');
    const other = await fullPerson(server, clock, 'somebody-else');
    const answer = await graphql(server, exporting, {}, person);
    const [request] = answer.expectData().requestExport.viewer.privacyRequests;
    assert.equal(request.kind, 'EXPORT');
    assert.equal(request.state, 'DONE');
    const mail = await mailbox.next(person.email);
    assert.ok(mail);
    const text = await (await fetch(request.url)).text();
    const { tables } = JSON.parse(text);
    assert.deepEqual(Object.keys(tables).sort(), personalTables.map(({ table }) => table).sort());
    const empty = Object.entries(tables).filter(([, rows]) => (rows as unknown[]).length === 0);
    // An owner of everything has no roles for single sources and is in no team.
    assert.deepEqual(empty.map(([table]) => table).sort(), ['RoleAssignment', 'TeamMember']);
    const [user] = tables.User;
    assert.deepEqual([user.email, user.name], [person.email, 'exported name']);
    for (const table of ['SignIn', 'ApiKey', 'Consent', 'ExternalIdentity', 'Membership']) {
      const [{ count }] = (await query(
        server.databaseUrl,
        `select count(*)::int as count from "${table}" where "${table === 'ApiKey' ? 'createdByUserId' : 'userId'}" = '${uuidOf(person.userId)}'`,
      )) as [{ count: number }];
      assert.equal(tables[table].length, count, table);
    }
    assert.ok(!text.includes(other.email) && !text.includes('somebody-else'));
    assert.doesNotMatch(text, /argon2|passwordHash|tokenHash|"seed"|"sealed"|providerTokens|keyHash|codeHash/);
  });

  test('nobody else sees it, and no key', async () => {
    const person = await signUp(server, 'private');
    const before = (await graphql(server, exporting, {}, person)).expectData().requestExport.viewer.privacyRequests[0];
    assert.equal((await fetch(before.url)).status, 200);
    const other = await signUp(server, 'nosy');
    const mine = (await graphql(server, `{ viewer { ${requests} } }`, {}, other)).expectData();
    assert.deepEqual(mine.viewer.privacyRequests, []);
    const key = await createKey(server, person, ['READ']);
    const asked = (
      await graphql(server, `{ viewer { ${requests} consents { document } } }`, {}, { token: key.secret })
    ).expectData();
    assert.deepEqual(asked.viewer, { privacyRequests: [], consents: [] });
    const refused = await graphql(server, exporting, {}, { token: key.secret });
    assert.equal(refused.errors.length, 1);
  });

  test('three exports a day are enough', async () => {
    const person = await signUp(server, 'eager');
    const answers = await Promise.all(Array.from({ length: 6 }, () => graphql(server, exporting, {}, person)));
    const codes = answers.flatMap(({ errors }) => errors.map(({ extensions }) => extensions['code']));
    assert.deepEqual(codes, ['TOO_MANY_ATTEMPTS', 'TOO_MANY_ATTEMPTS', 'TOO_MANY_ATTEMPTS']);
  });

  test('consents are kept as they come, the newest first', async () => {
    const person = await signUp(server, 'consenting');
    const said = [
      { document: 'terms', version: '1', granted: true },
      { document: 'product-news', version: '1', granted: true },
      { document: 'product-news', version: '1', granted: false },
    ];
    let last;
    for (const input of said) {
      clock.advance({ ms: 1 });
      last = (await graphql(server, consenting, { input }, person)).expectData().recordConsent.viewer.consents;
    }
    assert.deepEqual(last, said.toReversed());
    (await graphql(server, consenting, { input: { ...said[0], document: 'No such!' } }, person)).expectCode(
      'INPUT_INVALID',
    );
  });

  test('erasing needs a fresh proof, one’s own address, and somebody who stays', async () => {
    const owner = await signUp(server, 'staying');
    const member = await joinAs(server, owner, 'ADMIN');
    const blocked = (await graphql(server, erasing, { email: owner.email }, owner)).expectData().eraseMe;
    assert.equal(blocked.code, 'ERASURE_BLOCKED');
    assert.match(blocked.message, /staying organization/);
    (await graphql(server, erasing, { email: member.email }, owner)).expectCode('INPUT_INVALID');
    clock.advance({ ms: 6 * 60_000 });
    const later = await signUp(server, 'later');
    clock.advance({ ms: 6 * 60_000 });
    (await graphql(server, erasing, { email: later.email }, later)).expectCode('STEP_UP_REQUIRED');
  });
});
