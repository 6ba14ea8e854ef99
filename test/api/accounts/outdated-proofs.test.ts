import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { call, newPerson, tokenOf } from '../../harness/accounts.ts';
import type { Answer } from '../../harness/answer.ts';
import { graphql } from '../../harness/graphql.ts';
import { createMailbox } from '../../harness/mailbox.ts';
import { movableClock } from '../../harness/movable-clock.ts';
import { password } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { form } from '../tokens/tokens.ts';

const mailbox = createMailbox();
const clock = movableClock();
let isMailDown = false;
let server: TestServer;
before(async () => {
  const mailer = {
    ...mailbox.mailer,
    async send(mail: Parameters<typeof mailbox.mailer.send>[0]) {
      if (isMailDown) throw new Error('the mail server is down');
      await mailbox.mailer.send(mail);
    },
  };
  server = await startTestServer({ clock, ports: { mailer } });
});
after(() => server[Symbol.asyncDispose]());

const other = 'another long password';
const signIn = (email: string, secret = password) => call(server, 'signIn', { email, password: secret });

let count = 0;
async function newAccount() {
  const email = `outdated-${(count += 1)}@example.com`;
  const { token } = await call(server, 'signUp', newPerson(email));
  return { email, token: token as string };
}

async function nextLink(email: string): Promise<string> {
  for (;;) {
    const token = tokenOf(await mailbox.next(email));
    if (token) return token;
  }
}

async function resetLink(email: string): Promise<string> {
  await call(server, 'requestPasswordReset', { email });
  return nextLink(email);
}

/** Changes the person's password to `other` on a connection of its own, around `work`: before its commit, begun; then done. */
async function whileItChanges(email: string, work: () => Promise<Answer>): Promise<Answer> {
  const client = new pg.Client(server.databaseUrl);
  await client.connect();
  try {
    const { rows } = await client.query('select "passwordHash" from "User" where "email" = $1', [email]);
    const hash = rows[0].passwordHash as string;
    await client.query('begin');
    // Another hash: what is compared is not the password of before. Its last sign stands for four bits, so not any other is one.
    await client.query(
      `update "User" set "passwordHash" = $2, "passwordChangedAt" = "passwordChangedAt" + interval '1 second' where "email" = $1`,
      [email, hash.replace(/.(?=.$)/, (sign) => (sign === 'A' ? 'B' : 'A'))],
    );
    const working = work();
    await delay(400);
    await client.query('commit');
    return await working;
  } finally {
    await client.end();
  }
}

test('a link that went to the address of before opens nothing once there is another one', async () => {
  const { email, token } = await newAccount();
  const link = await resetLink(email);
  await call(server, 'requestEmailChange', { email: `new-${email}` }, { token });
  await call(server, 'verifyEmail', { token: await nextLink(`new-${email}`) });
  assert.equal((await call(server, 'resetPassword', { token: link, newPassword: other })).code, 'TOKEN_INVALID');
  assert.equal((await signIn(`new-${email}`)).__typename, 'SignInPayload');
});

test('whoever signs in with the password of before while it is changed gets nothing', async () => {
  const { email } = await newAccount();
  const answer = await whileItChanges(email, () => signIn(email));
  assert.equal(answer.code, 'CREDENTIALS_INVALID');
});

test('whoever changes the password with the one of before while it is changed, changes nothing', async () => {
  const { email, token } = await newAccount();
  const change = { currentPassword: password, newPassword: other };
  const answer = await whileItChanges(email, () => call(server, 'changePassword', change, { token }));
  assert.equal(answer.code, 'CREDENTIALS_INVALID');
  assert.equal((await signIn(email, other)).code, 'CREDENTIALS_INVALID');
});

const client_id = 'sightline-cli';
const grant_type = 'urn:ietf:params:oauth:grant-type:device_code';

/** A device that was let in and has not come for its tokens yet. */
async function waitingDevice(token: string) {
  const { body } = await form(server, '/oauth/device', { client_id });
  const decided = await graphql(
    server,
    'mutation ($input: DeviceDecisionInput!) { approveDevice(input: $input) { decided } }',
    { input: { userCode: body.user_code } },
    { token },
  );
  decided.expectData();
  return () => form(server, '/oauth/token', { grant_type, client_id, device_code: body.device_code });
}

test('a device that somebody let in before the password was reset gets no tokens after it', async () => {
  const { email, token } = await newAccount();
  const poll = await waitingDevice(token);
  await call(server, 'resetPassword', { token: await resetLink(email), newPassword: other });
  const { status, body } = await poll();
  assert.deepEqual([status, body.error], [400, 'access_denied']);
});

test('nor does one that was let in before its owner signed out everywhere', async () => {
  const { token } = await newAccount();
  const poll = await waitingDevice(token);
  const all = 'mutation { signOutEverywhere(input: { keepThis: true }) { count } }';
  (await graphql(server, all, {}, { token })).expectData();
  assert.equal((await poll()).status, 400);
});

test('another address that was asked for before the password changed is not sent a link after it', async () => {
  const { email, token } = await newAccount();
  isMailDown = true;
  await call(server, 'requestEmailChange', { email: `thief-${email}` }, { token });
  await delay(300);
  clock.advance({ ms: 1_000 });
  const change = { currentPassword: password, newPassword: other };
  assert.equal((await call(server, 'changePassword', change, { token })).changed, true);
  isMailDown = false;
  clock.advance({ ms: 600_000 });
  await resetLink(email);
  await delay(1_500);
  assert.ok(!mailbox.mails.some(({ to }) => to === `thief-${email}`));
});

test('of many links of one person that are used at once one works, and none is left hanging', async () => {
  const { email } = await newAccount();
  const links = [await resetLink(email), await resetLink(email), await resetLink(email), await resetLink(email)];
  const answers = await Promise.all(links.map((token) => call(server, 'resetPassword', { token, newPassword: other })));
  const codes = answers.map(({ code }) => code ?? null);
  assert.deepEqual(codes.sort(), ['TOKEN_INVALID', 'TOKEN_INVALID', 'TOKEN_INVALID', null]);
});
