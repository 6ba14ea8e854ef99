import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { query } from '../../harness/database.ts';
import { graphql } from '../../harness/graphql.ts';
import { createMailbox } from '../../harness/mailbox.ts';
import { movableClock } from '../../harness/movable-clock.ts';
import { password, signUp, uuidOf } from '../../harness/people.ts';
import { advanceClock, askToAdvance, createSandbox, switchTo } from '../../harness/sandbox.ts';
import type { Sandbox } from '../../harness/sandbox.ts';
import { serviceToken, startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { subscribe } from '../../harness/subscribe.ts';
import { newKey, useKey } from '../keys/keys.ts';
import { stepUp } from '../second-factor/calls.ts';
import { refresh, worksAs } from '../tokens/tokens.ts';

const [hourMs, dayMs] = [3_600_000, 86_400_000];
const clock = movableClock(new Date('2027-06-15T10:00:00.000Z'));
const mailbox = createMailbox();
let server: TestServer;
let other: TestServer;
before(async () => {
  server = await startTestServer({ clock, ports: { mailer: mailbox.mailer } });
  other = await startTestServer({ clock, databaseUrl: server.databaseUrl });
});
after(async () => {
  await other[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

/** A sign-in in the sandbox with everything that comes with it. */
async function signInTo({ owner, organizationId }: Sandbox) {
  const text = `mutation ($input: SwitchOrganizationInput!) {
    switchOrganization(input: $input) { token refreshToken expiresAt }
  }`;
  const answer = await graphql(server, text, { input: { organizationId } }, owner);
  return answer.expectData().switchOrganization as { token: string; refreshToken: string; expiresAt: string };
}

/** Moves on without needing a sign-in that outlives it. */
async function mover(sandbox: Sandbox): Promise<(by: string) => Promise<Date>> {
  const { secret: token } = await newKey(server, sandbox, { scopes: ['READ', 'WRITE'] });
  return async (by) => new Date((await askToAdvance(server, by, { token })).expectData().advanceClock.now);
}

test('an access token ends when its hour is over in the sandbox, on every process, and nowhere else', async () => {
  const sandbox = await createSandbox(server);
  const move = await mover(sandbox);
  const { token, expiresAt } = await signInTo(sandbox);
  assert.equal(Date.parse(expiresAt), clock.now().getTime() + hourMs);
  await move('PT59M');
  assert.equal(await worksAs(other, token), sandbox.email);
  await move('PT1M');
  assert.equal(await worksAs(server, token), null);
  assert.equal(await worksAs(other, token), null);
  // The same person, in an organization that is none.
  assert.equal(await worksAs(other, sandbox.owner.token), sandbox.email);
});

test('a refresh token is good for 30 days of the sandbox, and what it gives for an hour', async () => {
  const sandbox = await createSandbox(server);
  const move = await mover(sandbox);
  const [first, second] = [await signInTo(sandbox), await signInTo(sandbox)];
  await move('P29D');
  const next = await refresh(server, first.refreshToken);
  assert.equal(await worksAs(server, next.token), sandbox.email);
  await move('P1D');
  assert.equal((await refresh(other, second.refreshToken)).code, 'REFRESH_TOKEN_INVALID');
  assert.equal(await worksAs(server, next.token), null);
  await move('P1Y');
  assert.equal((await refresh(server, next.refreshToken)).code, 'REFRESH_TOKEN_INVALID');
  // Who signs in now has an hour, and thirty days, from now on.
  const late = await signInTo(sandbox);
  assert.equal(await worksAs(other, late.token), sandbox.email);
  await move('P29D');
  assert.equal((await refresh(other, late.refreshToken)).code, undefined);
});

test('our own time goes on in a sandbox that was moved', async () => {
  const sandbox = await createSandbox(server);
  const move = await mover(sandbox);
  await move('P100D');
  const { token } = await signInTo(sandbox);
  clock.advance({ ms: hourMs - 1 });
  assert.equal(await worksAs(server, token), sandbox.email);
  clock.advance({ ms: 1 });
  assert.equal(await worksAs(server, token), null);
});

test('an API key ends by the time of its sandbox, and so does the secret before a re-roll', async () => {
  const sandbox = await createSandbox(server);
  const move = await mover(sandbox);
  await move('P1Y');
  sandbox.token = (await signInTo(sandbox)).token;
  await stepUp(server, sandbox.token, { password });
  const expiresAt = new Date(clock.now().getTime() + 366 * dayMs + 30 * dayMs).toISOString();
  const { secret: token } = await newKey(server, sandbox, { expiresAt });
  (await useKey(server, { token })).expectData();
  await move('P20D');
  (await useKey(other, { token })).expectData();
  await move('P11D');
  (await useKey(other, { token })).expectCode('UNAUTHENTICATED');
  (await useKey(server, { token })).expectCode('UNAUTHENTICATED');
});

test('the limit of a key is full again when its time is over in the sandbox', async () => {
  const sandbox = await createSandbox(server);
  const move = await mover(sandbox);
  const limits = [{ name: 'REQUESTS', max: 2, windowSeconds: 3_600 }];
  const { secret: token } = await newKey(server, sandbox, { limits });
  for (let time = 0; time < 2; time += 1) (await useKey(server, { token })).expectData();
  (await useKey(server, { token })).expectCode('KEY_LIMIT_REACHED');
  await move('PT2H');
  (await useKey(server, { token })).expectData();
});

test('a stream ends with its sign-in when the sandbox is moved over its end', async () => {
  const sandbox = await createSandbox(server);
  const move = await mover(sandbox);
  const { token } = await signInTo(sandbox);
  const ended = (async () => {
    const text = 'subscription { eventFeed(after: "0") { __typename } }';
    for await (const { errors } of subscribe(other, text, {}, { token })) return errors?.[0]?.extensions?.['code'];
    return 'closed';
  })();
  // Its place in the list of those who are told is taken once it listens; moving twice finds it there.
  await move('P31D');
  await move('PT1S');
  assert.equal(await ended, 'UNAUTHENTICATED');
});

test('what is told of a sandbox has its time: audit entries, keys, uploads', async () => {
  const sandbox = await createSandbox(server);
  await advanceClock(server, sandbox, 'P400D');
  const now = clock.now().getTime() + 400 * dayMs;
  const organizationId = uuidOf(sandbox.organizationId);
  const upload =
    'mutation { createUpload(input: { fileName: "a.jpg", contentType: "image/jpeg", byteSize: 4 }) { ... on CreateUploadPayload { expiresAt } } }';
  const answer = (await graphql(server, upload, {}, sandbox)).expectData();
  const [artifact] = await query(
    server.databaseUrl,
    `select "createdAt" from "Artifact" where "organizationId" = '${organizationId}'`,
  );
  assert.deepEqual(artifact, { createdAt: new Date(now) });
  const entries = await query(
    server.databaseUrl,
    `select "action", "at" from "AuditEntry" where "organizationId" = '${organizationId}' order by "seq"`,
  );
  const last = entries.at(-1) as { action: string; at: Date };
  assert.deepEqual([last.action, last.at.getTime()], ['createUpload', now]);
  // A link is read by who knows no other time than ours.
  assert.equal(Date.parse(answer.createUpload.expiresAt), clock.now().getTime() + 15 * 60_000);
});

// What an attacker would want with a clock.

test('no proof of who somebody is gets fresh by moving a clock, nor by carrying it out of a sandbox', async () => {
  const sandbox = await createSandbox(server);
  const live = await signUp(server, 'live');
  const leaving = 'mutation { requestExport { __typename } }';
  await stepUp(server, sandbox.token, { password });
  await advanceClock(server, sandbox, 'P365D');
  clock.advance({ ms: 6 * 60_000 });
  // The proof is six minutes old by our time, whatever the sandbox says; and it goes along when they switch.
  const back = await switchTo(server, sandbox, sandbox.owner.organizationId);
  for (const token of [sandbox.token, back, live.token]) {
    (await graphql(server, leaving, {}, { token })).expectCode('STEP_UP_REQUIRED');
  }
  // A proof that was given at the later time is one for five minutes, not for a year.
  const inside = (await signInTo(sandbox)).token;
  await stepUp(server, inside, { password });
  const carried = await switchTo(server, { token: inside }, sandbox.owner.organizationId);
  clock.advance({ ms: 6 * 60_000 });
  (await graphql(server, leaving, {}, { token: carried })).expectCode('STEP_UP_REQUIRED');
});

test('nobody gets more tries at a password, or more mails to strangers, by moving a clock', async () => {
  const sandbox = await createSandbox(server);
  const move = await mover(sandbox);
  const { token } = await signInTo(sandbox);
  const invite = (index: number) =>
    graphql(
      server,
      'mutation ($email: String!) { inviteMember(input: { email: $email, role: GUEST }) { __typename } }',
      { email: 'victim@example.com', index },
      { token },
    );
  const outcomes: (string | undefined)[] = [];
  for (let index = 0; index < 6; index += 1) {
    const answer = await invite(index);
    outcomes.push((answer.errors[0]?.extensions['code'] as string | undefined) ?? answer.data.inviteMember.__typename);
  }
  assert.deepEqual(outcomes, [...Array.from({ length: 5 }, () => 'InviteMemberPayload'), 'TooManyAttemptsError']);
  await move('PT59M');
  await move('P2D');
  const later = (await signInTo(sandbox)).token;
  const again = await graphql(
    server,
    'mutation { inviteMember(input: { email: "victim@example.com", role: GUEST }) { __typename } }',
    {},
    { token: later },
  );
  assert.equal(again.expectData().inviteMember.__typename, 'TooManyAttemptsError');
});

test('nobody gets more work out of us by moving a clock on and on', async () => {
  const sandbox = await createSandbox(server);
  const move = await mover(sandbox);
  await move('PT1M');
  // A thousand moves in an hour of ours, without making them.
  const subject = `sha256('${uuidOf(sandbox.organizationId)}'::bytea)`;
  await query(
    server.databaseUrl,
    `update "AttemptWindow" set "count" = 1000 where "kind" = 'advance-clock' and "subject" = ${subject}`,
  );
  const { secret: token } = await newKey(server, sandbox, { scopes: ['READ', 'WRITE'] });
  (await askToAdvance(server, 'P1D', { token })).expectCode('TOO_MANY_ATTEMPTS');
  clock.advance({ ms: 2 * hourMs });
  (await askToAdvance(server, 'P1D', { token })).expectData();
});

test('a hard quota is full again with the next period of the sandbox', async () => {
  const sandbox = await createSandbox(server);
  const move = await mover(sandbox);
  const organizationId = uuidOf(sandbox.organizationId);
  await query(
    server.databaseUrl,
    `insert into "OrganizationLimit" ("organizationId", "name", "value", "reason")
      values ('${organizationId}', 'predictionsPerPeriod', 100, 'test')`,
  );
  const take = async (want: number) => {
    const headers = { authorization: `Bearer ${serviceToken}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ organizationId, lease: randomUUID(), holder: 'test', wants: [want] });
    const response = await fetch(`${server.url}/internal/quota`, { method: 'POST', headers, body });
    const answer = (await response.json()) as { granted: number };
    assert.equal(response.status, 200, JSON.stringify(answer));
    return answer.granted;
  };
  let granted = 0;
  // Parts of what is left, until nothing is.
  for (let part = await take(10); part > 0; part = await take(10)) granted += part;
  assert.equal(granted, 100);
  await move('P1M');
  // What is asked outside of an operation hears of the move within a second.
  while ((await take(10)) === 0);
});

test('mails of a sandbox leave now, and not when its time has come for us', async () => {
  const sandbox = await createSandbox(server);
  await advanceClock(server, sandbox, 'P1Y');
  const text = 'mutation { inviteMember(input: { email: "soon@example.com", role: GUEST }) { __typename } }';
  (await graphql(server, text, {}, sandbox)).expectData();
  assert.equal((await mailbox.next('soon@example.com')).to, 'soon@example.com');
});

test('the keys that sign tokens are changed by our time, whatever a sandbox does', async () => {
  const keysNow = async () => {
    const { keys } = (await (await fetch(`${server.url}/.well-known/jwks.json`)).json()) as { keys: { kid: string }[] };
    return keys.map(({ kid }) => kid).sort();
  };
  const before = await keysNow();
  const sandbox = await createSandbox(server);
  await advanceClock(server, sandbox, 'P399D');
  await advanceClock(server, sandbox, 'P399D');
  assert.deepEqual(await keysNow(), before);
});
