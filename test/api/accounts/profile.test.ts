import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { call, newPerson } from '../../harness/accounts.ts';
import { graphql } from '../../harness/graphql.ts';
import { createMailbox } from '../../harness/mailbox.ts';
import { createKey, signUp } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';

const mailbox = createMailbox();
let server: TestServer;
before(async () => {
  server = await startTestServer({ ports: { mailer: mailbox.mailer } });
});
after(() => server[Symbol.asyncDispose]());

const profile = '{ viewer { profile { email name locale timeZone emailVerified hasPassword } } }';
const update = `mutation ($input: UpdateProfileInput!) {
  updateProfile(input: $input) { viewer { profile { email name locale timeZone emailVerified hasPassword } } }
}`;

test('a person sees their own profile, and changes what they are called, read and live by', async () => {
  const { token, email } = await signUp(server, 'profile');
  const before = (await graphql(server, profile, {}, { token })).expectData().viewer.profile;
  const facts = { email, emailVerified: false, hasPassword: true };
  assert.deepEqual(before, { ...facts, name: 'profile name', locale: 'EN', timeZone: 'UTC' });
  const input = { name: '  Ana Torres ', locale: 'ES', timeZone: 'America/Argentina/Buenos_Aires' };
  const changed = (await graphql(server, update, { input }, { token })).expectData().updateProfile.viewer.profile;
  assert.deepEqual(changed, { ...facts, ...input, name: 'Ana Torres' });
  assert.deepEqual((await graphql(server, profile, {}, { token })).expectData().viewer.profile, changed);
});

test('what is left out of a change stays as it is', async () => {
  const { token } = await signUp(server, 'partly');
  (await graphql(server, update, { input: { locale: 'ES' } }, { token })).expectData();
  const answer = await graphql(server, update, { input: { name: null, timeZone: 'Europe/Madrid' } }, { token });
  const { name, locale, timeZone } = answer.expectData().updateProfile.viewer.profile;
  assert.deepEqual({ name, locale, timeZone }, { name: 'partly name', locale: 'ES', timeZone: 'Europe/Madrid' });
});

for (const [field, value] of [
  ['name', ' '],
  ['name', 'x'.repeat(101)],
  ['name', 'two\nlines'],
  ['timeZone', 'Mars/Olympus'],
  ['timeZone', '+01:00'],
] as const) {
  test(`a change names the field that is wrong: ${field} of ${value.length} characters`, async () => {
    const { token } = await signUp(server, 'wrong');
    const answer = await graphql(server, update, { input: { [field]: value } }, { token });
    answer.expectCode('INPUT_INVALID');
    assert.deepEqual(answer.errors[0]?.extensions['details'], { field: `input.${field}` });
  });
}

test('a language chosen at sign-up, or asked for by the browser, is the one of mails', async () => {
  const chosen = 'elige@example.com';
  const asked = 'pide@example.com';
  const first = await call(server, 'signUp', newPerson(chosen, { locale: 'ES', timeZone: 'Europe/Madrid' }));
  assert.deepEqual(first.viewer.profile, { locale: 'ES', timeZone: 'Europe/Madrid' });
  const headers = { 'accept-language': 'es-AR,es;q=0.9,en;q=0.8' };
  await call(server, 'signUp', newPerson(asked), { headers });
  for (const email of [chosen, asked]) {
    await call(server, 'requestPasswordReset', { email });
    assert.equal((await mailbox.next(email)).subject, 'Elige una contraseña nueva');
  }
});

test('a key sees no profile and changes none', async () => {
  const person = await signUp(server, 'keyed');
  const { secret } = await createKey(server, person, ['READ', 'WRITE']);
  assert.equal((await graphql(server, profile, {}, { token: secret })).expectData().viewer.profile, null);
  (await graphql(server, update, { input: { name: 'Robot' } }, { token: secret })).expectCode('UNAUTHENTICATED');
});

test('a new device is told about, the first and a known one are not', async () => {
  const { email } = await signUp(server, 'devices');
  const secret = { email, password: 'a long enough password' };
  const userAgent = { headers: { 'user-agent': 'Browser <https://evil.example> 1.0' } };
  const first = await call(server, 'signIn', secret, userAgent);
  const mail = await mailbox.next(email);
  assert.equal(mail.subject, 'A new device signed in');
  assert.match(mail.text, /this machine/);
  assert.ok(!mail.text.includes('evil.example>') && !mail.text.includes('https://evil'));
  await call(server, 'signIn', { ...secret, deviceToken: first.deviceToken }, userAgent);
  await call(server, 'requestPasswordReset', { email });
  assert.equal((await mailbox.next(email)).subject, 'Choose a new password');
});
