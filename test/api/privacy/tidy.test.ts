import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, mock, test } from 'node:test';
import { query } from '../../harness/database.ts';
import { filesBelow, found } from '../../harness/everything.ts';
import { graphql } from '../../harness/graphql.ts';
import { createMailbox } from '../../harness/mailbox.ts';
import { movableClock } from '../../harness/movable-clock.ts';
import { password, signUp, uuidOf } from '../../harness/people.ts';
import type { Person } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { createSource } from '../../harness/sources.ts';
import { until } from '../../harness/until.ts';
import { stepUp } from '../second-factor/calls.ts';
import { exporting, requests } from './full-person.ts';

const mailbox = createMailbox();
const clock = movableClock();
let server: TestServer;
before(async () => {
  // What the server does now and then it does when a test says so.
  mock.timers.enable({ apis: ['setInterval'] });
  server = await startTestServer({ clock, ports: { mailer: mailbox.mailer } });
});
after(async () => {
  await server[Symbol.asyncDispose]();
  mock.timers.reset();
});

const minuteMs = 60_000;
/** Does the chores until it is so: a round that would begin during another is left out. */
const choresUntil = (isTrue: () => Promise<boolean>) =>
  until(async () => {
    mock.timers.tick(10 * minuteMs);
    return isTrue();
  });
const rows = (text: string) => query(server.databaseUrl, text);
const stateOf = async (id: string) =>
  (await rows(`select state from "PrivacyRequest" where id = '${id}'`))[0]?.['state'];
const requestsOf = async (person: Person) =>
  (await graphql(server, `{ viewer { ${requests} } }`, {}, person)).expectData().viewer.privacyRequests;

/** What a process leaves that died between taking a request and doing it. */
async function leave(person: Person, kind: 'EXPORT' | 'ERASURE'): Promise<string> {
  const id = randomUUID();
  await rows(
    `insert into "PrivacyRequest" (id, "userId", kind, "requestedAt")
       values ('${id}', '${uuidOf(person.userId)}', '${kind}', '${clock.now().toISOString()}')`,
  );
  return id;
}

test('an export that a dead process left is made by another, once it must be dead', async () => {
  const person = await signUp(server, 'waiting');
  const id = await leave(person, 'EXPORT');
  // Somebody else's, long enough ago, shows when the chores are done.
  const marker = await signUp(server, 'marker');
  const first = await leave(marker, 'EXPORT');
  await rows(`update "PrivacyRequest" set "requestedAt" = "requestedAt" - interval '1 hour' where id = '${first}'`);
  await choresUntil(async () => (await stateOf(first)) === 'DONE');
  assert.equal(await stateOf(id), 'PENDING', 'whoever took it may still be at it');

  clock.advance({ ms: 5 * minuteMs + 1 });
  await choresUntil(async () => (await stateOf(id)) === 'DONE');
  const [request] = await requestsOf(person);
  const { tables } = JSON.parse(await (await fetch(request.url)).text());
  assert.equal(tables.User[0].email, person.email);
  assert.match((await mailbox.next(person.email)).text, /\/account\/privacy/);
});

test('an erasure that broke off is done to its end', async () => {
  const person = await signUp(server, 'BROKEN-OFF');
  await createSource(server, person, 'BROKEN-OFF-source');
  (await graphql(server, exporting, {}, person)).expectData();
  const id = await leave(person, 'ERASURE');
  clock.advance({ ms: 5 * minuteMs + 1 });
  await choresUntil(async () => (await stateOf(id)) === 'DONE');
  const userId = uuidOf(person.userId);
  const [left] = await rows(`select email, name from "User" where id = '${userId}'`);
  assert.deepEqual(left, { email: `erased-${userId}@erased.invalid`, name: '—' });
  assert.deepEqual(found(await filesBelow(`${server.sourceDirectory}/files`), [userId]), []);
  assert.deepEqual(await rows(`select id from "Organization" where name like 'BROKEN-OFF%'`), []);
});

test('an export is there for a week, and then its file is gone', async () => {
  const person = await signUp(server, 'week');
  const [ready] = (await graphql(server, exporting, {}, person)).expectData().requestExport.viewer.privacyRequests;
  assert.equal((await fetch(ready.url)).status, 200);
  const files = async () => found(await filesBelow(`${server.sourceDirectory}/files`), [uuidOf(person.userId)]);
  assert.ok((await files()).length > 0);
  const later = await signUp(server, 'later');
  clock.advance({ days: 7, ms: -minuteMs });
  (await graphql(server, exporting, {}, await again(later))).expectData();
  // The chores were done when what somebody left before is made.
  const marker = await leave(later, 'EXPORT');
  await rows(`update "PrivacyRequest" set "requestedAt" = "requestedAt" - interval '1 hour' where id = '${marker}'`);
  await choresUntil(async () => (await stateOf(marker)) === 'DONE');
  assert.ok((await files()).length > 0, 'a minute is left');

  clock.advance({ ms: minuteMs });
  await choresUntil(async () => (await files()).length === 0);
  const [over] = await requestsOf(await again(person));
  assert.deepEqual([over.state, over.url], ['DONE', null]);
  const [kept] = await requestsOf(await again(later));
  assert.equal((await fetch(kept.url)).status, 200, 'the other is younger');
});

/** The same person, signed in anew: an hour ends a token. */
async function again(person: Person): Promise<Person> {
  const signIn = 'mutation ($input: SignInInput!) { signIn(input: $input) { ... on SignInPayload { token } } }';
  const answer = await graphql(server, signIn, { input: { email: person.email, password } });
  const { token } = answer.expectData().signIn;
  await stepUp(server, token, { password });
  return { ...person, token };
}
