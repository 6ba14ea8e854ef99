import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import type { Answer } from '../../harness/answer.ts';
import { graphql } from '../../harness/graphql.ts';
import { movableClock } from '../../harness/movable-clock.ts';
import { createKey, signUp } from '../../harness/people.ts';
import { serviceToken, startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { eachBus } from '../../harness/each-bus.ts';

eachBus((bus) => {
  const clock = movableClock();
  let server: TestServer;
  before(async () => {
    server = await startTestServer({ bus, clock });
  });
  after(() => server[Symbol.asyncDispose]());

  const ask = (token: string, query: string) => graphql(server, query, {}, { token });

  test('a key acts for its organization with exactly its scopes', async () => {
    const person = await signUp(server);
    const { secret } = await createKey(server, person, ['READ']);
    const { viewer } = (
      await ask(secret, '{ viewer { permissions apiKey { prefix } organization { id } } }')
    ).expectData();
    assert.deepEqual(viewer.permissions, ['READ']);
    assert.equal(viewer.organization.id, person.organizationId);
    assert.ok(secret.startsWith(viewer.apiKey.prefix));
    (
      await ask(
        secret,
        'mutation { createUpload(input: { fileName: "a", contentType: "image/png", byteSize: 1 }) { __typename } }',
      )
    ).expectCode('SCOPE_MISSING');
    (await ask(secret, 'mutation { createApiKey(input: { name: "b", scopes: [READ] }) { secret } }')).expectCode(
      'SCOPE_MISSING',
    );
  });

  test('a revoked key is dead at once, and revoking it again is fine', async () => {
    const person = await signUp(server);
    const { secret, id } = await createKey(server, person, ['READ']);
    const revoke = () =>
      graphql(
        server,
        'mutation ($id: ID!) { revokeApiKey(input: { id: $id }) { apiKey { revokedAt } } }',
        { id },
        person,
      );
    assert.ok((await revoke()).expectData().revokeApiKey.apiKey.revokedAt);
    (await ask(secret, '{ sources { edges { cursor } } }')).expectCode('UNAUTHENTICATED');
    (await revoke()).expectData();
  });

  test('a key with an end ends then', async () => {
    const person = await signUp(server);
    const expiresAt = new Date(clock.now().getTime() + 1_000).toISOString();
    const query = 'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret } }';
    const input = { name: 'short', scopes: ['READ'], expiresAt };
    const { secret } = (await graphql(server, query, { input }, person)).expectData().createApiKey;
    (await ask(secret, '{ viewer { role } }')).expectData();
    clock.advance({ ms: 1_000 });
    (await ask(secret, '{ viewer { role } }')).expectCode('UNAUTHENTICATED');
    (await graphql(server, query, { input }, person)).expectCode('INPUT_INVALID');
  });

  test('neither keys nor tokens nor passwords are in the database', async () => {
    const person = await signUp(server);
    const { secret } = await createKey(server, person, ['READ']);
    const client = new pg.Client(server.databaseUrl);
    await client.connect();
    try {
      const { rows } = await client.query<{ dump: string }>(
        `select (select json_agg(t)::text from "ApiKey" t) || (select json_agg(t)::text from "SignIn" t) || (select json_agg(t)::text from "User" t) as dump`,
      );
      const dump = rows[0]?.dump ?? '';
      assert.ok(dump.includes(person.email), 'the dump is of the right tables');
      for (const plain of [secret, secret.slice(12), person.token, person.token.slice(12), 'a long enough password']) {
        assert.ok(!dump.includes(plain));
        assert.ok(!dump.includes(Buffer.from(plain).toString('hex')));
      }
    } finally {
      await client.end();
    }
  });

  test('the sidecar learns whose a token is, and nobody else can ask', async () => {
    const person = await signUp(server);
    const { secret, id } = await createKey(server, person, ['INFER']);
    const introspect = async (token: string, bearer: string) => {
      const response = await fetch(`${server.url}/internal/introspect`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${bearer}` },
        body: JSON.stringify({ token }),
      });
      return { status: response.status, body: (await response.json()) as Answer };
    };
    const known = await introspect(secret, serviceToken);
    assert.deepEqual(known.body['permissions'], ['inference:use']);
    assert.equal(known.body['active'], true);
    const { apiKeyId, credentialId, weight, limits } = known.body;
    assert.ok(Buffer.from(id, 'base64').toString().endsWith(apiKeyId) && credentialId === apiKeyId);
    assert.deepEqual({ weight, limits }, { weight: 1, limits: { organization: 6_000, key: 3_000 } });
    assert.equal((await introspect(person.token, serviceToken)).body.apiKeyId, null);
    assert.deepEqual((await introspect('slk_nonsense', serviceToken)).body, { active: false });
    const refused = await introspect(secret, person.token);
    assert.equal(refused.status, 401);
    assert.equal(refused.body['error'].code, 'UNAUTHENTICATED');
  });
});
