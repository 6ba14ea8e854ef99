import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { call, newPerson, tokenOf } from '../../harness/accounts.ts';
import { query as rowsOf } from '../../harness/database.ts';
import { graphql } from '../../harness/graphql.ts';
import { createMailbox } from '../../harness/mailbox.ts';
import { movableClock } from '../../harness/movable-clock.ts';
import { password } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';

const mailbox = createMailbox();
const clock = movableClock();
let server: TestServer;
before(async () => {
  const env = { EMAIL_VERIFICATION: 'required', WEB_URL: 'https://web.example' };
  server = await startTestServer({ clock, ports: { mailer: mailbox.mailer }, env });
});
after(() => server[Symbol.asyncDispose]());

const signUp = (email: string, more = {}) => call(server, 'signUp', newPerson(email, more));
const signIn = (email: string, secret = password) => call(server, 'signIn', { email, password: secret });
const verify = (token: string) => call(server, 'verifyEmail', { token });
const viewer = async (token: string) =>
  (
    await graphql(server, '{ viewer { user { emailVerifiedAt } profile { email name emailVerified } } }', {}, { token })
  ).expectData().viewer;

async function signUpVerified(email: string): Promise<string> {
  await signUp(email);
  await verify(tokenOf(await mailbox.next(email)));
  return (await signIn(email)).token;
}

test('who signs up gets a mail, and gets in once its link was opened; never before', async () => {
  assert.deepEqual(await signUp('first@example.com'), { __typename: 'SignUpPending', email: 'first@example.com' });
  const mail = await mailbox.next('first@example.com');
  assert.equal(mail.link?.origin, 'https://web.example');
  assert.equal((await signIn('first@example.com')).code, 'EMAIL_NOT_VERIFIED');
  assert.equal((await signIn('first@example.com', 'not the password')).code, 'CREDENTIALS_INVALID');
  assert.deepEqual(await verify(tokenOf(mail)), { __typename: 'VerifyEmailPayload', email: 'first@example.com' });
  const { token } = await signIn('first@example.com');
  assert.equal((await viewer(token)).profile.emailVerified, true);
  assert.ok((await viewer(token)).user.emailVerifiedAt);
});

test('links begin with our address, whatever host the request was sent to', async () => {
  const headers = {
    'x-forwarded-host': 'evil.example',
    forwarded: 'host=evil.example',
    origin: 'https://evil.example',
  };
  await call(server, 'signUp', newPerson('host@example.com'), { headers });
  const mail = await mailbox.next('host@example.com');
  assert.equal(mail.link?.host, 'web.example');
  assert.ok(!mail.text.includes('evil'));
});

test('a link works once, also when it is opened many times at once', async () => {
  await signUp('once@example.com');
  const token = tokenOf(await mailbox.next('once@example.com'));
  const answers = await Promise.all(Array.from({ length: 8 }, () => verify(token)));
  assert.equal(answers.filter(({ __typename }) => __typename === 'VerifyEmailPayload').length, 1);
  assert.equal(answers.filter(({ code }) => code === 'TOKEN_INVALID').length, 7);
});

test('a link is good for a day', async () => {
  await signUp('late@example.com');
  const token = tokenOf(await mailbox.next('late@example.com'));
  clock.advance({ days: 1 });
  assert.equal((await verify(token)).code, 'TOKEN_INVALID');
  await call(server, 'resendVerification', { email: 'LATE@example.com' });
  assert.equal((await verify(tokenOf(await mailbox.next('late@example.com')))).email, 'late@example.com');
  assert.ok((await signIn('late@example.com')).token);
});

test('an address that somebody has gets the same answer, and its owner another mail', async () => {
  await signUpVerified('known@example.com');
  const [known, unknown] = [await signUp('known@example.com'), await signUp('unknown@example.com')];
  assert.deepEqual({ ...known, email: '' }, { ...unknown, email: '' });
  const mail = await mailbox.next('known@example.com');
  assert.equal(mail.subject, 'You have an account already');
  assert.equal(tokenOf(mail), '');
  assert.equal((await signIn('known@example.com')).__typename, 'SignInPayload');
});

test('whoever opens the link of their own sign-up gets the password they chose, not one a stranger chose before', async () => {
  await signUp('target@example.com', { password: 'the stranger chose this', name: 'Stranger' });
  await mailbox.next('target@example.com');
  await signUp('target@example.com', { password: 'the owner chose that one', name: 'Owner' });
  const mail = await mailbox.next('target@example.com');
  assert.match(mail.text, /Owner/);
  await verify(tokenOf(mail));
  assert.equal((await signIn('target@example.com', 'the stranger chose this')).code, 'CREDENTIALS_INVALID');
  const { token } = await signIn('target@example.com', 'the owner chose that one');
  assert.equal((await viewer(token)).profile.name, 'Owner');
});

test('asking again never brings back what somebody before chose', async () => {
  await signUp('again@example.com', { password: 'the stranger chose this' });
  await mailbox.next('again@example.com');
  await signUp('again@example.com', { password: 'the owner chose that one' });
  await mailbox.next('again@example.com');
  await call(server, 'resendVerification', { email: 'again@example.com' });
  await verify(tokenOf(await mailbox.next('again@example.com')));
  assert.equal((await signIn('again@example.com', 'the stranger chose this')).code, 'CREDENTIALS_INVALID');
  assert.ok((await signIn('again@example.com', 'the owner chose that one')).token);
});

test('another address becomes the user’s when its mail is answered; the old one is told', async () => {
  const token = await signUpVerified('old@example.com');
  const answer = await call(server, 'requestEmailChange', { email: 'New@Example.com' }, { token });
  assert.equal(answer.email, 'new@example.com');
  assert.equal((await viewer(token)).profile.email, 'old@example.com');
  await verify(tokenOf(await mailbox.next('new@example.com')));
  assert.equal((await mailbox.next('old@example.com')).subject, 'Your address was changed');
  assert.equal((await viewer(token)).profile.email, 'new@example.com');
  assert.equal((await signIn('old@example.com')).code, 'CREDENTIALS_INVALID');
  assert.ok((await signIn('new@example.com')).token);
});

test('an address of somebody else cannot be taken, and whether it is somebody’s is not told', async () => {
  const token = await signUpVerified('wants@example.com');
  await signUpVerified('has@example.com');
  const taken = await call(server, 'requestEmailChange', { email: 'has@example.com' }, { token });
  assert.deepEqual(taken, { __typename: 'RequestEmailChangePayload', email: 'has@example.com' });
  assert.equal(tokenOf(await mailbox.next('has@example.com')), '');
  // And when two want the same at once, one gets it.
  const other = await signUpVerified('wants-too@example.com');
  for (const who of [token, other])
    await call(server, 'requestEmailChange', { email: 'free@example.com' }, { token: who });
  const mails = [await mailbox.next('free@example.com'), await mailbox.next('free@example.com')];
  const answers = await Promise.all(mails.map((mail) => verify(tokenOf(mail))));
  assert.deepEqual(answers.map(({ __typename }) => __typename).sort(), ['TokenInvalidError', 'VerifyEmailPayload']);
});

test('another address takes a fresh proof of who asks, and no key can ask', async () => {
  const token = await signUpVerified('stale@example.com');
  const key = await graphql(
    server,
    'mutation { createApiKey(input: { name: "key", scopes: [READ, WRITE] }) { secret } }',
    {},
    { token },
  );
  const { secret } = key.expectData().createApiKey;
  clock.advance({ ms: 5 * 60_000 + 1 });
  const query = 'mutation ($input: RequestEmailChangeInput!) { requestEmailChange(input: $input) { __typename } }';
  const input = { email: 'stolen@example.com' };
  (await graphql(server, query, { input }, { token })).expectCode('STEP_UP_REQUIRED');
  (await graphql(server, query, { input }, { token: secret })).expectCode('UNAUTHENTICATED');
});

test('nobody’s mailbox is filled: after a few mails an hour the answer is to wait, known or not', async () => {
  await signUpVerified('flooded@example.com');
  const outcomes: string[][] = [];
  for (const email of ['flooded@example.com', 'nobody-flooded@example.com']) {
    clock.advance({ days: 1 });
    const codes: string[] = [];
    for (let tries = 0; tries < 10; tries += 1) {
      const name = ['resendVerification', 'requestPasswordReset'][tries % 2] ?? '';
      codes.push((await call(server, name, { email })).__typename);
    }
    outcomes.push(codes);
  }
  assert.deepEqual(outcomes[0], outcomes[1]);
  assert.deepEqual(
    outcomes[0]?.slice(6),
    Array.from({ length: 4 }, () => 'TooManyAttemptsError'),
  );
});

test('what waits to be sent, and what was sent, cannot be read from the database', async () => {
  await signUp('sealed@example.com');
  const token = tokenOf(await mailbox.next('sealed@example.com'));
  const rows = await rowsOf(
    server.databaseUrl,
    'select t::text from "OneTimeToken" t union all select m::text from "MailMessage" m',
  );
  const text = JSON.stringify(rows);
  assert.ok(!text.includes(token) && !text.includes(Buffer.from(token).toString('hex')));
  assert.ok(!server.logs.join('').includes(token));
});
