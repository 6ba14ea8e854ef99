import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { personalTables } from '@sightline/server/domain/privacy/personal-tables';
import { ask } from '../../harness/accounts.ts';
import { query } from '../../harness/database.ts';
import { dump, filesBelow, found } from '../../harness/everything.ts';
import { graphql } from '../../harness/graphql.ts';
import { createMailbox } from '../../harness/mailbox.ts';
import { movableClock } from '../../harness/movable-clock.ts';
import { createKey, joinAs, password, signUp, uuidOf } from '../../harness/people.ts';
import type { Person } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { createSource, uploadPicture } from '../../harness/sources.ts';
import { enroll } from '../../harness/totp.ts';
import { report } from '../../security/report.ts';

const requests = 'privacyRequests { id kind state expiresAt url }';
const exporting = `mutation { requestExport { viewer { ${requests} } } }`;
const erasing = `mutation ($email: String!) { eraseMe(input: { email: $email }) {
  __typename ... on EraseMePayload { erased } ... on UserError { code message }
} }`;
const consenting = `mutation ($input: RecordConsentInput!) { recordConsent(input: $input) {
  viewer { consents { document version granted } }
} }`;

describe('privacy', () => {
  const mailbox = createMailbox();
  const clock = movableClock();
  let server: TestServer;

  before(async () => {
    server = await startTestServer({ clock, ports: { mailer: mailbox.mailer } });
  });
  after(() => server[Symbol.asyncDispose]());

  /** Somebody who has left something in every table that can have anything of a person. */
  async function fullPerson(mark: string): Promise<Person> {
    const person = await signUp(server, mark);
    await createKey(server, person, ['READ'], `${mark} key`);
    await enroll(server, person, clock);
    await graphql(server, consenting, { input: { document: 'terms', version: mark, granted: true } }, person);
    await ask(server, 'requestPasswordReset', { email: person.email });
    await graphql(server, exporting, {}, person);
    const userId = uuidOf(person.userId);
    const organizationId = uuidOf(person.organizationId);
    // What takes a browser, a device or another issuer, by hand.
    const bytes = () => `decode(md5('${randomUUID()}'), 'hex')`;
    await query(
      server.databaseUrl,
      `insert into "ExternalIdentity" (id, "userId", provider, issuer, subject, email, "providerTokens")
         values (gen_random_uuid(), '${userId}', 'google', 'https://issuer', '${mark}-subject', '${person.email}', ${bytes()});
       insert into "IdentityAttempt" (id, "stateHash", "browserHash", provider, secrets, "linkUserId", "expiresAt")
         values (gen_random_uuid(), ${bytes()}, ${bytes()}, 'google', ${bytes()}, '${userId}', now());
       insert into "AuthorizationCode" (id, "codeHash", "userId", "organizationId", "clientId", "redirectUri", "codeChallenge", "expiresAt")
         values (gen_random_uuid(), ${bytes()}, '${userId}', '${organizationId}', 'cli', 'http://127.0.0.1/${mark}', 'c', now());
       insert into "DeviceGrant" (id, "deviceCodeHash", "userCodeHash", "clientId", "deviceName", "userId", "organizationId", "expiresAt")
         values (gen_random_uuid(), ${bytes()}, ${bytes()}, 'cli', '${mark} device', '${userId}', '${organizationId}', now());
       insert into "MailMessage" (id, "userId", sealed, "nextAttemptAt")
         values (gen_random_uuid(), '${userId}', ${bytes()}, now() + interval '1 year');
       insert into "OneTimeToken" (id, "userId", purpose, "tokenHash", email, "expiresAt")
         values (gen_random_uuid(), '${userId}', 'VERIFY_EMAIL', ${bytes()}, '${person.email}', now());
       insert into "Invitation" (id, "organizationId", email, role, "invitedByUserId", "tokenHash", "expiresAt")
         values (gen_random_uuid(), '${organizationId}', '${mark.toLowerCase()}-guest@example.com', 'VIEWER', '${userId}', ${bytes()}, now());`,
    );
    return person;
  }

  test('the list of tables about people is all of them', async () => {
    const columns = await query(
      server.databaseUrl,
      `select distinct table_name as name from information_schema.columns where table_schema = 'public'
         and (column_name ~* 'user(Id)?$' or column_name in ('email', 'address', 'userAgent', 'membershipId'))`,
    );
    const listed = new Set(personalTables.map(({ table }) => table));
    assert.deepEqual(
      columns.map(({ name }) => String(name)).filter((name) => !listed.has(name)),
      [],
    );
  });

  test('an export has every row about the person, opens as JSON, and has no secret in it', async () => {
    const person = await fullPerson('exported');
    const other = await fullPerson('somebody-else');
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

  test('an erased person leaves no trace in the database, the storage or the queue, and others keep theirs', async () => {
    const owner = await signUp(server, 'remaining');
    const person = await fullPerson('CANARY');
    await createSource(server, person, 'CANARY-source');
    await uploadPicture(server, person, 'CANARY.jpg');
    const joined = await joinAs(server, owner, 'OPERATOR', 'leaving');
    for (const who of [person, joined]) {
      const { eraseMe } = (await graphql(server, erasing, { email: who.email }, who)).expectData();
      assert.deepEqual(eraseMe, { __typename: 'EraseMePayload', erased: true });
      // The sign-in is gone, and so is the way back in.
      (await graphql(server, '{ viewer { role } }', {}, who)).expectCode('UNAUTHENTICATED');
      const back = await ask(server, 'signIn', { email: who.email, password });
      assert.equal(back.expectData().signIn.code, 'CREDENTIALS_INVALID');
    }
    const addresses = [person.email, joined.email];
    const canaries = ['CANARY', 'canary', 'leaving name', ...addresses];
    const ids = [uuidOf(person.userId), uuidOf(person.organizationId)];
    const traces = [
      ...found(await dump(server.databaseUrl), canaries),
      ...found(await filesBelow(server.sourceDirectory), ['canary-']),
      ...found(await filesBelow(`${server.sourceDirectory}/files`), ids),
    ];
    report('traces of an erased person', { tried: canaries.length + ids.length, traces: traces.length });
    assert.deepEqual(traces, []);
    const [left] = await query(
      server.databaseUrl,
      `select email, name, "passwordHash", "erasedAt" is not null as erased from "User" where id = '${uuidOf(person.userId)}'`,
    );
    assert.deepEqual(left, {
      email: `erased-${uuidOf(person.userId)}@erased.invalid`,
      name: '—',
      passwordHash: null,
      erased: true,
    });
    // Where others work, the log still says what was done, by an id that means nothing now.
    const { auditLog } = (
      await graphql(
        server,
        '{ auditLog(filter: { actions: ["eraseMe"] }) { edges { node { actorId actor { id } } } } }',
        {},
        owner,
      )
    ).expectData();
    assert.deepEqual(auditLog.edges, [{ node: { actorId: joined.userId, actor: null } }]);
    const [still] = await query(
      server.databaseUrl,
      `select count(*)::int as count from "User" where email = '${owner.email}'`,
    );
    assert.deepEqual(still, { count: 1 });
    // The address is free again.
    const again = await ask(server, 'signUp', { email: person.email, password, name: 'new', organizationName: 'new' });
    assert.equal(again.expectData().signUp.__typename, 'SignUpPayload');
  });
});
