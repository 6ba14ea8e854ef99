import assert from 'node:assert/strict';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { query } from '../../harness/database.ts';
import { movableClock } from '../../harness/movable-clock.ts';
import { signUp, uuidOf } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { openSignIn, worksAs } from './tokens.ts';

const clock = movableClock();
let server: TestServer;
before(async () => {
  server = await startTestServer({ clock });
});
after(() => server[Symbol.asyncDispose]());

test('an access token is good for an hour: 59:59 passes, 60:01 does not', async () => {
  const { token, email } = await openSignIn(server);
  clock.advance({ ms: 3_599_000 });
  assert.equal(await worksAs(server, token), email);
  clock.advance({ ms: 2_000 });
  assert.equal(await worksAs(server, token), null);
});

test('anybody can check it with the published keys, and read who, where and until when', async () => {
  const person = await signUp(server);
  const keys = createRemoteJWKSet(new URL(`${server.url}/.well-known/jwks.json`));
  const { payload, protectedHeader } = await jwtVerify(person.token, keys, {
    ...{ issuer: 'sightline', audience: 'sightline', typ: 'at+jwt', currentDate: clock.now() },
  });
  assert.equal(protectedHeader.alg, 'EdDSA');
  assert.equal(payload.sub, uuidOf(person.userId));
  assert.equal(payload['org'], uuidOf(person.organizationId));
  assert.equal((payload.exp ?? 0) - (payload.iat ?? 0), 3_600);
  assert.ok(String(payload['scope']).split(' ').includes('read'));
});

test('what is published are public keys, and nothing else of them', async () => {
  const response = await fetch(`${server.url}/.well-known/jwks.json`);
  assert.match(response.headers.get('content-type') ?? '', /jwk-set\+json/);
  const { keys } = (await response.json()) as { keys: Record<string, unknown>[] };
  assert.ok(keys.length > 0);
  const { kid } = decodeProtectedHeader((await openSignIn(server)).token);
  assert.ok(keys.some((key) => key['kid'] === kid));
  for (const key of keys) assert.deepEqual(Object.keys(key).toSorted(), ['alg', 'crv', 'kid', 'kty', 'use', 'x']);
});

test('what the database says counts, not what the token says', async () => {
  const { token, email } = await openSignIn(server);
  const { sid } = decodeJwt<{ sid: string }>(token);
  await query(server.databaseUrl, `update "SignIn" set "revokedAt" = now() where "id" = '${sid}'`);
  assert.equal(await worksAs(server, token), null);
  await query(server.databaseUrl, `update "SignIn" set "revokedAt" = null where "id" = '${sid}'`);
  assert.equal(await worksAs(server, token), email);
  // The sign-in acts elsewhere now: nobody is to be billed for what another organization does.
  const other = await signUp(server);
  await query(
    server.databaseUrl,
    `with joined as (
       insert into "Membership" ("id", "organizationId", "userId", "role")
       select '${randomUUID()}', '${uuidOf(other.organizationId)}', "userId", 'VIEWER' from "SignIn" where "id" = '${sid}')
     update "SignIn" set "organizationId" = '${uuidOf(other.organizationId)}' where "id" = '${sid}'`,
  );
  assert.equal(await worksAs(server, token), null);
});

test('opaque tokens of before go on until they are over', async () => {
  const person = await signUp(server);
  const token = `sls_${randomBytes(32).toString('base64url')}`;
  const hash = createHash('sha256').update(token).digest('hex');
  await query(
    server.databaseUrl,
    `insert into "SignIn" ("id", "userId", "organizationId", "tokenHash", "expiresAt")
     values ('${randomUUID()}', '${uuidOf(person.userId)}', '${uuidOf(person.organizationId)}', '\\x${hash}',
       '${new Date(clock.now().getTime() + 86_400_000).toISOString()}')`,
  );
  assert.equal(await worksAs(server, token), person.email);
  clock.advance({ days: 1 });
  assert.equal(await worksAs(server, token), null);
});
