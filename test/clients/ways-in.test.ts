import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { AuthenticationError, Client, ConflictError, PermissionDeniedError, SightlineError } from '@sightline/core';
import { callbacksOf, land, providersAt } from '../api/providers/visits.ts';
import { startFakeIssuer } from '../harness/fake-issuer.ts';
import type { FakeIssuer } from '../harness/fake-issuer.ts';
import { movableClock } from '../harness/movable-clock.ts';
import { password, signUp } from '../harness/people.ts';
import { startTestServer } from '../harness/server.ts';
import type { TestServer } from '../harness/server.ts';
import { authenticator } from '../harness/totp.ts';

const clock = movableClock();
let issuer: FakeIssuer;
let server: TestServer;
before(async () => {
  issuer = await startFakeIssuer();
  server = await startTestServer({ clock, env: providersAt(issuer, ['fake']) });
  issuer.open(callbacksOf(server, ['fake']));
});
after(async () => {
  await server[Symbol.asyncDispose]();
  await issuer[Symbol.asyncDispose]();
});

const failure = async (call: Promise<unknown>): Promise<SightlineError> => {
  const error = await call.then(
    () => assert.fail('it should have failed'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof SightlineError, String(error));
  return error;
};

/** The browser's part: from the address it is sent to, to the code that the page gets. */
async function codeAt(url: string): Promise<string> {
  const back = await issuer.browse(url);
  return (await land(server, back.url)).code ?? '';
}

test('an identity opens, joins and is taken away through the client', async () => {
  const client = new Client({ baseUrl: server.url });
  assert.deepEqual(await client.identities.providers(), [{ name: 'fake', title: 'fake' }]);
  issuer.account = { subject: 's-1', email: 'one@example.com', email_verified: true, name: 'One' };
  const visit = await client.identities.start({ provider: 'fake', returnTo: '/' });
  const code = await codeAt(visit.url);
  const forged = await failure(client.identities.signIn({ code, verifier: 'another' }));
  assert.ok(forged instanceof AuthenticationError);
  assert.equal(forged.code, 'IDENTITY_REFUSED');
  const { viewer } = await client.identities.signIn({ code, verifier: visit.verifier });
  assert.equal(viewer.user.email, 'one@example.com');

  issuer.account = { subject: 's-2', email: 'two@example.com', email_verified: true };
  const joining = await client.identities.startLink({ provider: 'fake', returnTo: '/' });
  const joined = await client.identities.link({ code: await codeAt(joining.url), verifier: joining.verifier });
  assert.deepEqual(
    (await client.identities.list()).map(({ email }) => email),
    ['one@example.com', 'two@example.com'],
  );
  await client.identities.unlink(joined.id);
  assert.equal((await client.identities.list()).length, 1);
  assert.equal((await failure(client.identities.confirmLink('slo_none'))).code, 'TOKEN_INVALID');
});

test('a second factor is switched on, asked for, proved and switched off through the client', async () => {
  const { email } = await signUp(server, 'two-steps');
  const client = new Client({ baseUrl: server.url });
  await client.auth.signIn({ email, password });
  const { secret, uri } = await client.secondFactor.enroll();
  assert.ok(uri.includes(secret));
  const app = authenticator(secret);
  const codes = await client.secondFactor.confirm(app.codeAt(clock.now()));
  assert.equal(codes.length, 10);
  assert.ok((await failure(client.secondFactor.enroll())) instanceof ConflictError);

  const other = new Client({ baseUrl: server.url });
  const asked = await failure(other.auth.signIn({ email, password }));
  assert.equal(asked.code, 'SecondFactorRequired');
  const ticket = String(asked.details['ticket']);
  assert.ok((await failure(other.secondFactor.signIn({ ticket, code: '000000' }))) instanceof AuthenticationError);
  await other.secondFactor.signIn({ ticket, code: codes[0] ?? '' });
  assert.deepEqual(await other.secondFactor.state(), { enabled: true, recoveryCodesLeft: 9 });

  clock.advance({ ms: 6 * 60_000 });
  const stale = await failure(other.secondFactor.newRecoveryCodes());
  assert.ok(stale instanceof PermissionDeniedError);
  assert.equal(stale.code, 'STEP_UP_REQUIRED');
  await other.secondFactor.stepUp({ code: app.codeAt(clock.now()) });
  assert.equal((await other.secondFactor.newRecoveryCodes()).length, 10);
  await other.secondFactor.disable();
  await client.auth.signIn({ email, password });
  assert.equal((await client.secondFactor.state())?.enabled, false);
});
