import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { signUp } from '../../harness/people.ts';
import type { Person } from '../../harness/people.ts';
import { serviceToken, startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { openSocket } from '../../contract/raw-socket.ts';
import { newKey, readKey, updateKey, useKey } from './keys.ts';

let server: TestServer;
let person: Person;
before(async () => {
  // The test stands where a proxy of ours would.
  server = await startTestServer({ env: { TRUSTED_PROXIES: '127.0.0.0/8' } });
  person = await signUp(server);
});
after(() => server[Symbol.asyncDispose]());

test('a key works from the addresses of its list and from nowhere else', async () => {
  const { secret: token, apiKey } = await newKey(server, person, {
    allowedAddresses: ['203.0.113.77/24', '2001:db8::/32'],
  });
  assert.deepEqual(apiKey.allowedAddresses, ['203.0.113.0/24', '2001:db8::/32']);
  for (const address of ['203.0.113.1', '::ffff:203.0.113.9', '2001:db8:1::1']) {
    (await useKey(server, { token, address })).expectData();
  }
  for (const address of ['203.0.114.1', '2001:db9::1', undefined]) {
    const refused = await useKey(server, { token, ...(address && { address }) });
    refused.expectCode('KEY_ADDRESS_REFUSED');
    assert.equal(refused.status, 403);
  }
});

test('what a stranger’s proxy says about the address is not believed', async () => {
  await using open = await startTestServer();
  const other = await signUp(open);
  const { secret: token } = await newKey(open, other, { allowedAddresses: ['203.0.113.0/24'] });
  (await useKey(open, { token, address: '203.0.113.1' })).expectCode('KEY_ADDRESS_REFUSED');
});

test('a refused key is refused on a WebSocket with its code, and is not used', async () => {
  const { secret, id } = await newKey(server, person, { allowedAddresses: ['203.0.113.1'] });
  await using socket = await openSocket(`${server.url.replace('http', 'ws')}/graphql`);
  assert.deepEqual(await socket.init({ authorization: `Bearer ${secret}` }), {
    code: 4403,
    reason: 'KEY_ADDRESS_REFUSED',
  });
  assert.equal((await readKey(server, person, id)).lastUsedAt, null);
});

test('a list that changes ends what is open with the key', async () => {
  const { secret, id } = await newKey(server, person);
  await using socket = await openSocket(`${server.url.replace('http', 'ws')}/graphql`);
  await socket.init({ authorization: `Bearer ${secret}` });
  (await updateKey(server, person, { id, allowedAddresses: ['203.0.113.1'] })).expectData();
  assert.deepEqual(await socket.closed, { code: 4401, reason: 'UNAUTHENTICATED' });
  (await useKey(server, { token: secret })).expectCode('KEY_ADDRESS_REFUSED');
  (await updateKey(server, person, { id, allowedAddresses: [] })).expectData();
  (await useKey(server, { token: secret })).expectData();
});

test('the sidecar hears that a key is not to be used from there', async () => {
  const { secret: token } = await newKey(server, person, { scopes: ['INFER'], allowedAddresses: ['203.0.113.0/24'] });
  const introspect = async (address: string | null) => {
    const response = await fetch(`${server.url}/internal/introspect`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${serviceToken}` },
      body: JSON.stringify({ token, address }),
    });
    return (await response.json()) as { active: boolean };
  };
  assert.equal((await introspect('203.0.113.5')).active, true);
  for (const address of ['198.51.100.1', null]) {
    assert.deepEqual(await introspect(address), { active: false, reason: 'KEY_ADDRESS_REFUSED' });
  }
});
