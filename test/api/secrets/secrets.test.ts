import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openDatabase } from '@sightline/db/database';
import { rollKeys } from '@sightline/server/domain/secrets/roll-keys';
import { sealedColumns } from '@sightline/server/domain/secrets/sealed-columns';
import { createSecretBox } from '@sightline/server/domain/secrets/secret-box';
import { createEnvKeyWrapper } from '@sightline/server/infra/env-key-wrapper';
import { createTestDatabase, query } from '../../harness/database.ts';
import { dump, found } from '../../harness/everything.ts';
import { graphql } from '../../harness/graphql.ts';
import { movableClock } from '../../harness/movable-clock.ts';
import { joinAs, signUp, uuidOf } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import { createSource } from '../../harness/sources.ts';
import { enroll } from '../../harness/totp.ts';
import { openSignIn, refresh } from '../tokens/tokens.ts';

const oldKey = 'old:an old key of at least thirty-two characters';
const newKey = 'new:a new key of at least thirty-two characters!';
const signingKey = 'signing-key-for-tests-0123456789abcdefgh';
const setting = `mutation ($input: SetSourceCredentialInput!) {
  setSourceCredential(input: $input) { source { id hasCredential } }
}`;
const credential = { username: 'CANARY-camera', password: 'CANARY-password of a camera' };

const wrapper = (text: string) =>
  createEnvKeyWrapper(text.split(',').map((each) => ({ id: each.split(':')[0]!, secret: each.split(':')[1]! })));

const roll = async (databaseUrl: string, keys: string) => {
  const program = fileURLToPath(new URL('../../../server/src/cli/secrets.ts', import.meta.url));
  const child = spawn(process.execPath, [program, 'roll'], {
    env: { ...process.env, DATABASE_URL: databaseUrl, ENCRYPTION_KEYS: keys, SIGNING_KEY: signingKey },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  assert.equal(code, 0, said);
  return said;
};

describe('secrets at rest', () => {
  test('what opens a source is kept, never shown, and is in no dump and no log', async () => {
    await using server = await startTestServer();
    const owner = await signUp(server);
    const sourceId = await createSource(server, owner);
    const input = { sourceId, credential };
    const set = (given: object, token = owner.token) => graphql(server, setting, { input: given }, { token });
    assert.equal((await set(input)).expectData().setSourceCredential.source.hasCredential, true);
    assert.equal((await set({ ...input, credential: { ...credential, password: 'CANARY-2' } })).errors.length, 0);
    assert.deepEqual(found(await dump(server.databaseUrl), ['CANARY']), []);
    assert.deepEqual(
      server.logs.filter((line) => line.includes('CANARY')),
      [],
    );
    assert.equal(
      (await set({ sourceId, credential: null })).expectData().setSourceCredential.source.hasCredential,
      false,
    );

    const viewer = await joinAs(server, owner, 'VIEWER');
    (await set(input, viewer.token)).expectCode('FORBIDDEN');
    const stranger = await signUp(server, 'stranger');
    (await set(input, stranger.token)).expectCode('NOT_FOUND');
  });

  test('keys are rolled while the server serves: nothing is lost, and the old key is needed no more', async () => {
    const clock = movableClock();
    await using database = await createTestDatabase();
    const env = { ENCRYPTION_KEYS: oldKey, SIGNING_KEY: signingKey };
    const before = await startTestServer({ databaseUrl: database.url, clock, env });
    const owner = await signUp(before);
    const { app } = await enroll(before, owner, clock);
    const sourceId = await createSource(before, owner);
    (await graphql(before, setting, { input: { sourceId, credential } }, owner)).expectData();
    await before[Symbol.asyncDispose]();

    const both = `${newKey},${oldKey}`;
    {
      await using server = await startTestServer({
        databaseUrl: database.url,
        clock,
        env: { ...env, ENCRYPTION_KEYS: both },
      });
      const others = await Promise.all(Array.from({ length: 5 }, () => openSignIn(server)));
      let isRolling = true;
      // Tokens go from one to the next all the while: each step opens a seed and some seal one.
      const serving = others.map(async ({ refreshToken, email }) => {
        let steps = 0;
        for (let token = refreshToken; isRolling || steps < 3; steps += 1) {
          const next = await refresh(server, token);
          assert.ok(next.refreshToken, JSON.stringify(next));
          token = next.refreshToken;
          if (steps % 4 === 0) await openSignIn(server, email);
        }
        return steps;
      });
      const said = await roll(database.url, both).finally(() => (isRolling = false));
      assert.match(said, /data keys wrapped by “new”: [1-9]/);
      assert.match(said, /RefreshFamily\.seed: [1-9]/);
      assert.match(said, /TotpFactor\.secret: 1 /);
      assert.match(said, /SourceCredential\.sealed: 1 /);
      assert.match(said, /SigningKey\.privateKey: [1-9]/);
      for (const steps of await Promise.all(serving)) assert.ok(steps > 0);
    }

    const keys = await query(database.url, `select distinct "wrappedBy" from "DataKey"`);
    assert.deepEqual(keys, [{ wrappedBy: 'new' }]);
    const retired = await query(
      database.url,
      `select encode(uuid_send(id), 'hex') as id from "DataKey" where "retiredAt" is not null`,
    );
    assert.ok(retired.length > 0);
    for (const { table, column } of sealedColumns) {
      const left = await query(
        database.url,
        `select substring("${column}" from 2 for 16) as key from "${table}" where "${column}" is not null`,
      );
      const ids = left.map(({ key }) => (key as Buffer).toString('hex'));
      assert.deepEqual(
        ids.filter((id) => retired.some((key) => key['id'] === id)),
        [],
        `${table}.${column}`,
      );
    }

    // A server that knows the new key alone opens everything.
    await using after = await startTestServer({
      databaseUrl: database.url,
      clock,
      env: { ...env, ENCRYPTION_KEYS: newKey },
    });
    clock.advance({ ms: 60_000 });
    const step = 'mutation ($input: StepUpInput!) { stepUp(input: $input) { __typename ... on UserError { code } } }';
    const answer = await graphql(after, step, { input: { code: app.codeAt(clock.now()) } }, owner);
    assert.equal(answer.expectData().stepUp.__typename, 'StepUpPayload');
    await using opened = openDatabase(database.url, { maxConnections: 1 });
    const box = createSecretBox({ pool: opened.pool, keys: wrapper(newKey) });
    const [kept] = await query(database.url, `select sealed from "SourceCredential"`);
    const read = await box.open(kept!['sealed'] as Uint8Array, `source:${uuidOf(sourceId)}`);
    assert.deepEqual(JSON.parse(read.toString()), credential);
  });

  test('every column with sealed secrets is on the list that is rolled, and rolling twice changes nothing', async () => {
    await using database = await createTestDatabase();
    await using opened = openDatabase(database.url, { maxConnections: 3 });
    const { pool } = opened;
    // Bytes that are neither digests nor keys of keys are sealed.
    const bytes = await query(
      database.url,
      `select table_name || '.' || column_name as name from information_schema.columns where table_schema = 'public'
         and data_type = 'bytea' and column_name !~* '(hash|sha256)$' and table_name || '.' || column_name not in ('DataKey.wrapped', 'AttemptWindow.subject')`,
    );
    assert.deepEqual(
      bytes.map(({ name }) => String(name)).sort(),
      sealedColumns.map(({ table, column }) => `${table}.${column}`).sort(),
    );

    const box = createSecretBox({ pool, keys: wrapper(oldKey) });
    const id = randomUUID();
    const secret = randomBytes(40);
    await pool.query(`insert into "MailMessage" (id, sealed) values ($1, $2)`, [
      id,
      Buffer.from(await box.seal(secret, `mail:${id}`)),
    ]);
    const keys = wrapper(`${newKey},${oldKey}`);
    const deps = { pool, keys, secrets: createSecretBox({ pool, keys }), graceMs: 0 };
    const first = await rollKeys(deps);
    assert.equal(first.resealed['MailMessage.sealed'], 1);
    const { rows } = await pool.query<{ sealed: Uint8Array }>(`select sealed from "MailMessage" where id = $1`, [id]);
    const only = createSecretBox({ pool, keys: wrapper(newKey) });
    assert.deepEqual(await only.open(rows[0]!.sealed, `mail:${id}`), secret);
    const second = await rollKeys(deps);
    assert.equal(second.rewrapped, 0);
    assert.equal(second.resealed['MailMessage.sealed'], 1, 'sealed anew with the newest data key');
  });
});
