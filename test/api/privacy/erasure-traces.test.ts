import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ask, call } from '../../harness/accounts.ts';
import { query } from '../../harness/database.ts';
import { dump, filesBelow, found, overhear, redisContents } from '../../harness/everything.ts';
import { graphql } from '../../harness/graphql.ts';
import { createMailbox } from '../../harness/mailbox.ts';
import { movableClock } from '../../harness/movable-clock.ts';
import { createKey, joinAs, password, signUp, uuidOf } from '../../harness/people.ts';
import type { Person } from '../../harness/people.ts';
import { testRedisUrl } from '../../harness/redis.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { createSource, uploadPicture } from '../../harness/sources.ts';
import { until } from '../../harness/until.ts';
import { report } from '../../security/report.ts';
import { erasing, fullPerson } from './full-person.ts';

const redisUrl = testRedisUrl();
const mailbox = createMailbox();
const clock = movableClock();
let isMailDown = false;
let server: TestServer;
before(async () => {
  server = await startTestServer({
    clock,
    ...(redisUrl && { bus: 'redis' as const }),
    // Everything that could be written down is.
    env: { LOG_LEVEL: 'trace' },
    ports: {
      mailer: {
        ...mailbox.mailer,
        send: (mail) => (isMailDown ? Promise.reject(new Error('No mails today.')) : mailbox.mailer.send(mail)),
      },
    },
  });
});
after(() => server[Symbol.asyncDispose]());

const erase = async (who: Person) =>
  (await graphql(server, erasing, { email: who.email }, who)).expectData().eraseMe as object;
const waitingMails = async () =>
  Number((await query(server.databaseUrl, 'select count(*) as count from "MailMessage"'))[0]?.['count']);

/** All places in which anything could have been left. */
async function everywhere(overheard: readonly string[]): Promise<Map<string, string>> {
  const logs = new Map([['the log', server.logs.join('\n')]]);
  const messages = new Map([['the messages in Redis', overheard.join('\n')]]);
  const redis = redisUrl ? await redisContents(redisUrl) : new Map<string, string>();
  const files = await filesBelow(`${server.sourceDirectory}/files`);
  return new Map([...(await dump(server.databaseUrl)), ...files, ...redis, ...messages, ...logs]);
}

/** Does what a person does in a day: by hand and by key, right and wrong, with words of their own in it. */
async function live(person: Person, mark: string): Promise<void> {
  await createSource(server, person, `${mark}-source`);
  await uploadPicture(server, person, `${mark}.jpg`);
  await call(
    server,
    'signIn',
    { email: person.email, password },
    { headers: { 'user-agent': `${mark}-agent Firefox` } },
  );
  await ask(server, 'signIn', { email: person.email, password: `${mark} wrong password` });
  await ask(server, 'changePassword', { currentPassword: password, newPassword: person.email }, person);
  const key = await createKey(server, person, ['READ', 'WRITE'], `${mark} second key`);
  await graphql(server, '{ viewer { organization { name } } }', {}, { token: key.secret });
  // Documents and variables that are refused, and addresses that nobody serves.
  await graphql(server, `query ${mark} { nothing(of: "${mark}") }`, {}, person);
  await graphql(server, 'mutation ($input: CreateSourceInput!) { createSource(input: $input) { __typename } }', {
    input: { kind: 'IMAGES', name: mark, path: `/${mark}` },
  });
  await graphql(server, `mutation { signOutEverywhere(input: { keepThis: "${mark}" }) { __typename } }`, {}, person);
  await graphql(server, 'query ($id: ID!) { source(id: $id) { id } }', { id: mark }, person);
  await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: `${mark} {`,
  });
  await fetch(`${server.url}/errors/${mark}`);
  await fetch(`${server.url}/${mark}?email=${person.email}`);
  await fetch(`${server.url}/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: person.email, password: `${mark} wrong password` }),
  });
}

test('an erased person leaves no trace in the database, Redis, the storage, the queues or the log', async () => {
  await using tap = redisUrl ? await overhear(redisUrl) : null;
  const owner = await signUp(server, 'remaining');
  const person = await fullPerson(server, clock, 'CANARY');
  await live(person, 'CANARY');
  const joined = await joinAs(server, owner, 'OPERATOR', 'leaving');
  const addresses = [person.email, joined.email];
  const canaries = ['CANARY', 'canary', 'leaving name', ...addresses];
  // What is looked for is there to be found.
  const before = found(await everywhere([]), canaries);
  for (const table of ['User', 'DeviceGrant', 'ApiKey', 'Consent', 'Invitation', 'Source', 'Organization']) {
    assert.ok(
      before.some((trace) => trace.endsWith(` in ${table}`)),
      table,
    );
  }
  for (const who of [person, joined]) {
    assert.deepEqual(await erase(who), { __typename: 'EraseMePayload', erased: true });
    // The sign-in is gone, and so is the way back in.
    (await graphql(server, '{ viewer { role } }', {}, who)).expectCode('UNAUTHENTICATED');
    const back = await ask(server, 'signIn', { email: who.email, password });
    assert.equal(back.expectData().signIn.code, 'CREDENTIALS_INVALID');
  }
  // Signals about it have been told, and mails about it sent.
  await until(async () => {
    const rows = await query(server.databaseUrl, 'select count(*) as count from "OutboxMessage"');
    return Number(rows[0]?.['count']) + (await waitingMails()) === 0;
  });
  const ids = [uuidOf(person.userId), uuidOf(person.organizationId)];
  const places = await everywhere(tap?.said ?? []);
  const traces = [
    ...found(places, canaries),
    ...found(await filesBelow(`${server.sourceDirectory}/files`), ids),
    // Counters of tries name an id, which means nothing any more, and end by themselves.
    ...(redisUrl ? found(await redisContents(redisUrl, { lastsMs: 3_600_001 }), ids) : []),
  ];
  const searched = { 'places searched': places.size, 'messages in Redis': tap?.said.length ?? 0 };
  report('traces of an erased person', { tried: canaries.length + ids.length, traces: traces.length }, searched);
  assert.deepEqual(traces, []);
  assert.ok(server.logs.length > 5, 'the log was kept');
  if (tap) assert.ok(tap.said.length > 0, 'what went through Redis was heard');

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

test('mails that wait for somebody who is erased, or tell of them, are never sent', async () => {
  const owner = await signUp(server, 'inviting');
  const person = await joinAs(server, owner, 'ADMIN', 'named');
  await until(async () => (await waitingMails()) === 0);
  isMailDown = true;
  const invite = 'mutation ($input: InviteMemberInput!) { inviteMember(input: $input) { __typename } }';
  const guest = await signUp(server, 'guest');
  for (const email of ['stranger@example.com', guest.email]) {
    (await graphql(server, invite, { input: { email, role: 'VIEWER' } }, person)).expectData();
  }
  const others = await signUp(server, 'others');
  (await graphql(server, invite, { input: { email: person.email, role: 'VIEWER' } }, others)).expectData();
  await ask(server, 'requestPasswordReset', { email: person.email });
  await ask(server, 'requestPasswordReset', { email: others.email });
  // Tried and put off, all of them: nobody sends one while they are forgotten.
  await until(async () => {
    const rows = await query(
      server.databaseUrl,
      `select count(*) as count from "MailMessage" where "attemptCount" > 0`,
    );
    return Number(rows[0]?.['count']) === 5;
  });
  assert.deepEqual(await erase(person), { __typename: 'EraseMePayload', erased: true });
  assert.equal(await waitingMails(), 1);
  isMailDown = false;
  const sentBefore = mailbox.mails.length;
  clock.advance({ ms: 3_600_000 });
  assert.ok((await mailbox.next(others.email)).link);
  assert.deepEqual(
    mailbox.mails.slice(sentBefore).map(({ to }) => to),
    [others.email],
  );
});
