import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ask, call, newPerson, tokenOf } from '../../harness/accounts.ts';
import { graphql } from '../../harness/graphql.ts';
import { createMailbox } from '../../harness/mailbox.ts';
import { movableClock } from '../../harness/movable-clock.ts';
import { password } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { subscribe } from '../../harness/subscribe.ts';
import { enroll } from '../../harness/totp.ts';

const mailbox = createMailbox();
const clock = movableClock();
let server: TestServer;
before(async () => {
  server = await startTestServer({ clock, ports: { mailer: mailbox.mailer } });
});
after(() => server[Symbol.asyncDispose]());

const other = 'another long password';
const signIn = (email: string, secret = password, more = {}) =>
  call(server, 'signIn', { email, password: secret, ...more });
const reset = (token: string, newPassword = other) => call(server, 'resetPassword', { token, newPassword });
const isIn = async (token: string) => (await graphql(server, '{ viewer { role } }', {}, { token })).errors.length === 0;

let count = 0;
async function newAccount() {
  const email = `reset-${(count += 1)}@example.com`;
  const { token, deviceToken } = await call(server, 'signUp', newPerson(email));
  return { email, token: token as string, deviceToken: deviceToken as string };
}

async function askForLink(email: string): Promise<string> {
  await call(server, 'requestPasswordReset', { email });
  // Mails that tell of something else carry no token.
  for (;;) {
    const token = tokenOf(await mailbox.next(email));
    if (token) return token;
  }
}

test('a link gets another password, tells its owner, and signs out whoever was in, streams included', async () => {
  const { email, token } = await newAccount();
  const feed = subscribe(server, 'subscription { eventFeed { __typename } }', {}, { token });
  const said = feed.next();
  const link = await askForLink(email);
  const answer = await reset(link);
  assert.equal(answer.email, email);
  const end = (await said).value;
  assert.equal(end?.errors?.[0]?.extensions?.['code'], 'UNAUTHENTICATED');
  assert.equal(await isIn(token), false);
  assert.equal((await signIn(email)).code, 'CREDENTIALS_INVALID');
  assert.equal((await signIn(email, other)).__typename, 'SignInPayload');
  assert.equal((await mailbox.next(email)).subject, 'Your password was changed');
});

test('a link works once, and takes all others of the same person with it', async () => {
  const { email } = await newAccount();
  const links = [await askForLink(email), await askForLink(email)];
  const answers = await Promise.all([...links, ...links].map((link) => reset(link)));
  assert.equal(answers.filter(({ __typename }) => __typename === 'ResetPasswordPayload').length, 1);
  assert.equal((await reset(links[1] ?? '')).code, 'TOKEN_INVALID');
});

test('a link is good for half an hour, for its own purpose alone', async () => {
  const { email } = await newAccount();
  const link = await askForLink(email);
  assert.equal((await call(server, 'verifyEmail', { token: link })).code, 'TOKEN_INVALID');
  clock.advance({ ms: 30 * 60_000 });
  assert.equal((await reset(link)).code, 'TOKEN_INVALID');
  await call(server, 'resendVerification', { email });
  assert.equal((await reset(tokenOf(await mailbox.next(email)))).code, 'TOKEN_INVALID');
});

test('a password that is refused leaves the link good', async () => {
  const { email } = await newAccount();
  const link = await askForLink(email);
  assert.equal((await reset(link, 'Password123!')).code, 'PASSWORD_REFUSED');
  assert.equal((await reset(link, email)).code, 'PASSWORD_REFUSED');
  assert.equal((await reset(link)).__typename, 'ResetPasswordPayload');
});

test('an address that nobody has gets the same answer, and no mail', async () => {
  const { email } = await newAccount();
  const known = await call(server, 'requestPasswordReset', { email });
  const unknown = await call(server, 'requestPasswordReset', { email: 'nobody@example.com' });
  assert.deepEqual({ ...known, email: '' }, { ...unknown, email: '' });
  await mailbox.next(email);
  // Mails leave in turn: when this one is here, one for nobody would be, too.
  await askForLink(email);
  assert.ok(!mailbox.mails.some(({ to }) => to === 'nobody@example.com'));
});

test('a link proves the address it was sent to', async () => {
  const { email } = await newAccount();
  const verified = async (token: string) =>
    (await graphql(server, '{ viewer { profile { emailVerified } } }', {}, { token })).expectData().viewer.profile;
  await reset(await askForLink(email));
  assert.deepEqual(await verified((await signIn(email, other)).token), { emailVerified: true });
});

test('what a stranger set up with somebody’s address before them ends when the owner proves it', async () => {
  const { email, token } = await newAccount();
  const key = 'mutation { createApiKey(input: { name: "key", scopes: [READ] }) { secret } }';
  const { secret } = (await graphql(server, key, {}, { token })).expectData().createApiKey;
  await enroll(server, { token }, clock);
  assert.equal((await signIn(email)).__typename, 'SecondFactorRequired');
  await reset(await askForLink(email));
  assert.deepEqual([await isIn(token), await isIn(secret)], [false, false]);
  const owner = await signIn(email, other);
  assert.equal(owner.__typename, 'SignInPayload');
  // Once it is proved, a reset leaves what its owner set up.
  const kept = (await graphql(server, key, {}, { token: owner.token })).expectData().createApiKey.secret;
  await enroll(server, { token: owner.token }, clock);
  await reset(await askForLink(email), password);
  assert.equal(await isIn(kept), true);
  assert.equal((await signIn(email)).__typename, 'SecondFactorRequired');
});

test('whoever is held off by strangers gets in by a link, and stays known', async () => {
  const { email } = await newAccount();
  for (let tries = 0; tries < 20; tries += 1) await signIn(email, 'a guess of somebody');
  assert.equal((await signIn(email)).code, 'TOO_MANY_ATTEMPTS');
  const { deviceToken } = await reset(await askForLink(email));
  assert.equal((await signIn(email, other)).code, 'TOO_MANY_ATTEMPTS');
  assert.equal((await signIn(email, other, { deviceToken })).__typename, 'SignInPayload');
});

test('a device that was known before a reset is a stranger after it', async () => {
  const { email, deviceToken } = await newAccount();
  await reset(await askForLink(email));
  for (let tries = 0; tries < 14; tries += 1) await signIn(email, 'a guess of somebody');
  assert.equal((await signIn(email, other, { deviceToken })).code, 'TOO_MANY_ATTEMPTS');
});

test('changing the password takes the present one, and signs out the other devices only', async () => {
  const { email, token } = await newAccount();
  const second = (await signIn(email)).token;
  const pending = await askForLink(email);
  const change = (currentPassword: string | null, newPassword = other) =>
    call(server, 'changePassword', { currentPassword, newPassword }, { token });
  assert.equal((await change('not the password')).code, 'CREDENTIALS_INVALID');
  assert.equal((await change(null)).code, 'CREDENTIALS_INVALID');
  assert.equal((await change(password, 'qwertyuiop')).code, 'PASSWORD_REFUSED');
  assert.deepEqual(await change(password), { __typename: 'ChangePasswordPayload', changed: true });
  assert.deepEqual([await isIn(token), await isIn(second)], [true, false]);
  assert.equal((await reset(pending, 'yet another password')).code, 'TOKEN_INVALID');
  assert.equal((await signIn(email, other)).__typename, 'SignInPayload');
});

test('a key changes nobody’s password', async () => {
  const { token } = await newAccount();
  const made = await graphql(
    server,
    'mutation { createApiKey(input: { name: "key", scopes: [READ, WRITE] }) { secret } }',
    {},
    { token },
  );
  const { secret } = made.expectData().createApiKey;
  const input = { currentPassword: password, newPassword: other };
  (await ask(server, 'changePassword', input, { token: secret })).expectCode('UNAUTHENTICATED');
});
