import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { isApiKey } from '@sightline/server/domain/identity/keys/key-shape';
import { graphql } from '../../harness/graphql.ts';
import { signUp } from '../../harness/people.ts';
import type { Person } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { createKey, newKey, readKey, rerollKey, revokeKey, updateKey, useKey } from './keys.ts';

let server: TestServer;
let person: Person;
before(async () => {
  server = await startTestServer();
  person = await signUp(server);
});
after(() => server[Symbol.asyncDispose]());

test('a key has a readable prefix, by which it is known for ever, and a checksum', async () => {
  const { secret, apiKey, id } = await newKey(server, person);
  assert.ok(isApiKey(secret));
  assert.equal(apiKey.prefix, secret.slice(0, 10));
  assert.equal((await readKey(server, person, id)).prefix, apiKey.prefix);
  (await useKey(server, { token: secret })).expectData();
});

test('a key with a typing mistake, an unknown one and a foreign secret get the same answer', async () => {
  const { secret } = await newKey(server, person);
  const wrong = secret.slice(0, -1) + (secret.endsWith('0') ? '1' : '0');
  const answers = [];
  for (const token of [
    wrong,
    `slk_${'A'.repeat(43)}`,
    `slk_${'A'.repeat(43)}1ijGVr`,
    'ghp_0123456789',
    secret.slice(0, 47),
  ]) {
    const answer = await useKey(server, { token });
    answer.expectCode('UNAUTHENTICATED');
    answers.push([answer.status, answer.errors[0]?.message, answer.headers.get('www-authenticate')]);
  }
  assert.equal(new Set(answers.map((answer) => JSON.stringify(answer))).size, 1);
});

test('the secret is shown once: no answer, no row and no line of the log has it again', async () => {
  const { secret, id } = await newKey(server, person);
  const rerolled = (await rerollKey(server, person, { id })).expectData().rerollApiKey;
  (await updateKey(server, person, { id, name: 'renamed' })).expectData();
  (await useKey(server, { token: rerolled.secret })).expectData();
  const told = JSON.stringify([
    await readKey(server, person, id),
    (await revokeKey(server, person, id)).text,
    (await useKey(server, { token: secret })).text,
    await dump(),
    server.logs,
  ]);
  for (const plain of [secret, rerolled.secret]) {
    assert.ok(!told.includes(plain.slice(11, 40)));
    assert.ok(!told.includes(Buffer.from(plain).toString('hex')));
    assert.ok(!told.includes(Buffer.from(plain).toString('base64')));
  }
  assert.ok(told.includes(createHash('sha256').update(rerolled.secret).digest('hex')), 'the dump is of the right rows');
});

test('a key made before keys had a checksum goes on', async () => {
  const { id } = await newKey(server, person);
  const old = `slk_${'b'.repeat(43)}`;
  await query('update "ApiKey" set "keyHash" = $1 where "id" = $2', [
    createHash('sha256').update(old).digest(),
    Buffer.from(id, 'base64url').toString().split(':')[1],
  ]);
  (await useKey(server, { token: old })).expectData();
});

test('settings that make no sense are refused, and nothing is made', async () => {
  const refused = [
    { name: ' ' },
    { name: 'x'.repeat(101) },
    { scopes: [] },
    { expiresAt: '2020-01-01T00:00:00Z' },
    { allowedAddresses: ['everywhere'] },
    { allowedAddresses: ['0.0.0.0/0'] },
    { limits: [{ name: 'REQUESTS', max: 0, windowSeconds: 60 }] },
    { limits: [{ name: 'REQUESTS', max: 1, windowSeconds: 0 }] },
    { limits: [{ name: 'REQUESTS', max: 1, windowSeconds: 86_401 }] },
    { limits: [1, 2].map((max) => ({ name: 'REQUESTS', max, windowSeconds: 60 })) },
  ];
  const { rows: before } = await query('select count(*) from "ApiKey"');
  for (const input of refused) (await createKey(server, person, input)).expectCode('INPUT_INVALID');
  const { rows: after } = await query('select count(*) from "ApiKey"');
  assert.deepEqual(after, before);
});

test('every change leaves one row in the audit log, with what was and what is', async () => {
  const owner = await signUp(server);
  const { id } = await newKey(server, owner);
  await updateKey(server, owner, { id, name: 'other' });
  await rerollKey(server, owner, { id });
  await revokeKey(server, owner, id);
  (await updateKey(server, owner, { id, name: 'again' })).expectCode('INPUT_INVALID');
  const { rows } = await query(
    `select "action", "targetType", "beforeHash" is null as "isNew", "beforeHash" = "afterHash" as "isSame"
      from "AuditEntry" where "targetId" = $1 order by "id"`,
    [Buffer.from(id, 'base64url').toString().split(':')[1]],
  );
  assert.deepEqual(rows, [
    { action: 'createApiKey', targetType: 'ApiKey', isNew: true, isSame: null },
    { action: 'updateApiKey', targetType: 'ApiKey', isNew: false, isSame: false },
    { action: 'rerollApiKey', targetType: 'ApiKey', isNew: false, isSame: false },
    { action: 'revokeApiKey', targetType: 'ApiKey', isNew: false, isSame: false },
  ]);
});

async function query(text: string, values: unknown[] = []) {
  const client = new pg.Client(server.databaseUrl);
  await client.connect();
  try {
    return await client.query(text, values);
  } finally {
    await client.end();
  }
}

/** Every row of every table, as text. */
async function dump(): Promise<string> {
  const { rows } =
    await query(`select c.oid::regclass::text as "name" from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r' and n.nspname = 'public'`);
  const texts = [];
  for (const { name } of rows)
    texts.push((await query(`select json_agg(t)::text as "text" from ${name} t`)).rows[0].text);
  return texts.join('\n');
}

test('people and keys alike may ask which key is asking, with all there is to it', async () => {
  const { secret } = await newKey(server, person, { limits: [{ name: 'REQUESTS', max: 100, windowSeconds: 60 }] });
  const ask = async (token: string) =>
    (
      await graphql(server, '{ viewer { apiKey { prefix limits { name max windowSeconds } } } }', {}, { token })
    ).expectData().viewer;
  assert.deepEqual(await ask(person.token), { apiKey: null });
  const { apiKey } = await ask(secret);
  assert.deepEqual(apiKey.limits, [{ name: 'REQUESTS', max: 100, windowSeconds: 60 }]);
});
