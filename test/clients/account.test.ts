import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client, InvalidRequestError, RateLimitError, SightlineError } from '@sightline/core';
import { newPerson, tokenOf } from '../harness/accounts.ts';
import { createMailbox } from '../harness/mailbox.ts';
import { password } from '../harness/people.ts';
import { startTestServer } from '../harness/server.ts';
import type { TestServer } from '../harness/server.ts';

const mailbox = createMailbox();
let server: TestServer;
before(async () => {
  server = await startTestServer({ ports: { mailer: mailbox.mailer }, env: { EMAIL_VERIFICATION: 'required' } });
});
after(() => server[Symbol.asyncDispose]());

const codeOf = async (call: Promise<unknown>) => {
  const error = await call.then(
    () => assert.fail('it should have failed'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof SightlineError, String(error));
  return error;
};

test('an account lives through the client: proof, profile, passwords, another address', async () => {
  const client = new Client({ baseUrl: server.url });
  const email = 'ana@example.com';
  const pending = await codeOf(client.auth.signUp(newPerson(email)));
  assert.deepEqual([pending.code, pending.details], ['SignUpPending', { email }]);
  await client.account.resendVerification(email);
  await mailbox.next(email);
  assert.equal(await client.account.verifyEmail(tokenOf(await mailbox.next(email))), email);

  const first = await client.auth.signIn({ email, password });
  assert.equal((await client.account.update({ timeZone: 'Europe/Madrid' }))?.timeZone, 'Europe/Madrid');
  assert.equal((await client.account.profile())?.emailVerified, true);
  await client.account.changePassword({ currentPassword: password, newPassword: 'another long password' });

  await client.account.requestPasswordReset(email);
  await mailbox.next(email);
  const token = tokenOf(await mailbox.next(email));
  // As a browser would that a link opens: signed in nowhere.
  const fresh = new Client({ baseUrl: server.url });
  const { deviceToken } = await fresh.account.resetPassword({ token, newPassword: 'yet another password' });
  assert.notEqual(deviceToken, first.deviceToken);
  await fresh.auth.signIn({ email, password: 'yet another password', deviceToken });
  const again = await codeOf(fresh.account.resetPassword({ token, newPassword: 'yet another password' }));
  assert.ok(again instanceof InvalidRequestError);
  assert.equal(again.code, 'TOKEN_INVALID');
  await fresh.account.requestEmailChange('ana@new.example');
  assert.equal(await fresh.account.verifyEmail(tokenOf(await mailbox.next('ana@new.example'))), 'ana@new.example');
});

test('who is held off is told so by a class of its own', async () => {
  const client = new Client({ baseUrl: server.url, maxRetries: 0 });
  const calls = Array.from({ length: 7 }, () => client.account.requestPasswordReset('flood@example.com'));
  const outcomes = await Promise.allSettled(calls);
  const refused = outcomes.find(({ status }) => status === 'rejected');
  assert.ok(refused?.status === 'rejected' && refused.reason instanceof RateLimitError);
});
