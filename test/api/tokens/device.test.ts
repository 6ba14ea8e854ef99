import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { deviceGrantSeconds, userCodeTries } from '@sightline/server/domain/identity/tokens/device-grants.service';
import { userCodeCount } from '@sightline/server/domain/identity/tokens/user-code';
import { graphql } from '../../harness/graphql.ts';
import { movableClock } from '../../harness/movable-clock.ts';
import { createKey, signUp } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { form, openSignIn, refresh, worksAs } from './tokens.ts';

const clock = movableClock();
let server: TestServer;
before(async () => {
  server = await startTestServer({ clock, env: { TRUSTED_PROXIES: '127.0.0.1' } });
});
after(() => server[Symbol.asyncDispose]());

const grant_type = 'urn:ietf:params:oauth:grant-type:device_code';
const client_id = 'sightline-cli';

async function begin() {
  const { status, body } = await form(server, '/oauth/device', { client_id, device_name: 'Garage box' });
  assert.equal(status, 200, JSON.stringify(body));
  const poll = (fields: Record<string, string> = {}) =>
    form(server, '/oauth/token', { grant_type, client_id, device_code: body.device_code, ...fields });
  return { ...body, poll };
}

const decide = (decision: 'approveDevice' | 'denyDevice', userCode: string, token: string) =>
  graphql(
    server,
    `mutation ($input: DeviceDecisionInput!) { ${decision}(input: $input) { decided } }`,
    { input: { userCode } },
    { token },
  );

const pass = (seconds: number) => clock.advance({ ms: seconds * 1000 });

test('a device shows a code, the person lets it in, and it gets tokens once', async () => {
  const person = await signUp(server);
  const device = await begin();
  assert.match(device.user_code, /^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/);
  assert.equal(device.interval, 5);
  assert.equal(device.expires_in, 600);
  assert.equal(device.verification_uri, `${server.url}/oauth/device/verify`);
  assert.equal((await device.poll()).body.error, 'authorization_pending');

  const seen = await graphql(
    server,
    'query ($userCode: String!) { deviceGrant(userCode: $userCode) { clientName deviceName address place } }',
    { userCode: device.user_code.toLowerCase().replace('-', ' ') },
    person,
  );
  const { clientName, deviceName, address } = seen.expectData().deviceGrant;
  assert.deepEqual([clientName, deviceName, address], ['Sightline command line', 'Garage box', '127.0.0.1']);

  (await decide('approveDevice', device.user_code, person.token)).expectData();
  pass(5);
  const { status, body, headers } = await device.poll();
  assert.equal(status, 200);
  assert.equal(headers.get('cache-control'), 'no-store');
  assert.equal(body.token_type, 'Bearer');
  assert.ok(body.expires_in > 3_598 && body.expires_in <= 3_600);
  assert.equal(await worksAs(server, body.access_token), person.email);
  assert.equal((await refresh(server, body.refresh_token)).code, undefined);
  assert.equal((await device.poll()).body.error, 'invalid_grant', 'a code dies with its first use');
});

test('the answers of RFC 8628: pending, slow down by five seconds more each time, expired, denied, unknown', async () => {
  const person = await signUp(server);
  const device = await begin();
  const errorOf = async (fields?: Record<string, string>) => {
    const { status, body } = await device.poll(fields);
    assert.equal(status, 400);
    return body.error;
  };
  assert.equal(await errorOf(), 'authorization_pending');
  pass(4.9);
  assert.equal(await errorOf(), 'slow_down');
  pass(9.9);
  assert.equal(await errorOf(), 'slow_down', 'ten seconds now');
  pass(15);
  assert.equal(await errorOf(), 'authorization_pending');
  assert.equal(await errorOf({ device_code: 'sld_nobody-ever-made-this' }), 'invalid_grant');
  assert.equal(await errorOf({ client_id: 'sightline-desktop' }), 'invalid_grant', 'made for another client');
  (await decide('denyDevice', device.user_code, person.token)).expectData();
  assert.equal(await errorOf(), 'access_denied');
  (await decide('approveDevice', device.user_code, person.token)).expectCode('NOT_FOUND');

  const late = await begin();
  pass(600);
  assert.equal((await late.poll()).body.error, 'expired_token');
  const { token } = await openSignIn(server, person.email);
  (await decide('approveDevice', late.user_code, token)).expectCode('NOT_FOUND');
  assert.equal((await form(server, '/oauth/device', { client_id: 'somebody' })).body.error, 'invalid_client');
  assert.equal((await form(server, '/oauth/token', { grant_type: 'password' })).body.error, 'unsupported_grant_type');
});

test('letting a device in takes a person who proved themselves lately', async () => {
  const person = await signUp(server);
  const { secret } = await createKey(server, person, ['READ', 'WRITE']);
  const device = await begin();
  (await decide('approveDevice', device.user_code, secret)).expectCode('UNAUTHENTICATED');
  pass(301);
  (await decide('approveDevice', device.user_code, person.token)).expectCode('STEP_UP_REQUIRED');
  (await decide('denyDevice', device.user_code, person.token)).expectData();
});

test('what a device was let in for needs a fresh proof of its own', async () => {
  const person = await signUp(server);
  const [device, second] = [await begin(), await begin()];
  (await decide('approveDevice', device.user_code, person.token)).expectData();
  const { access_token } = (await device.poll()).body;
  (await decide('approveDevice', second.user_code, access_token)).expectCode('STEP_UP_REQUIRED');
});

test('codes cannot be guessed: five wrong ones a minute for a person, and no more', async (t) => {
  const person = await signUp(server);
  const guess = (userCode: string) =>
    graphql(
      server,
      'query ($userCode: String!) { deviceGrant(userCode: $userCode) { clientName } }',
      { userCode },
      person,
    );
  const device = await begin();
  for (let count = 0; count < 5; count += 1) assert.equal((await guess('BBBB-BBBB')).expectData().deviceGrant, null);
  (await guess(device.user_code)).expectCode('TOO_MANY_ATTEMPTS');
  pass(70);
  for (let count = 0; count < 10; count += 1) assert.ok((await guess(device.user_code)).expectData().deviceGrant);

  const tries = (userCodeTries.max * deviceGrantSeconds) / userCodeTries.windowSeconds;
  const bits = Math.log2(userCodeCount / tries);
  t.diagnostic(`one of ${userCodeCount} codes in ${tries} tries: ${bits.toFixed(1)} bits`);
  assert.ok(bits >= 20);
});

test('a device code is redeemed once, however many ask at the same time', async () => {
  const person = await signUp(server);
  const device = await begin();
  (await decide('approveDevice', device.user_code, person.token)).expectData();
  const answers = await Promise.all(Array.from({ length: 10 }, () => device.poll()));
  assert.equal(answers.filter(({ status }) => status === 200).length, 1);
});
