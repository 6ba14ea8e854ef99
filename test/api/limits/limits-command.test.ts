import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from '../../harness/child-environment.ts';
import { query } from '../../harness/database.ts';
import { graphql } from '../../harness/graphql.ts';
import { createKey, signUp, uuidOf } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import { until } from '../../harness/until.ts';

const cli = fileURLToPath(new URL('../../../server/src/cli/limits.ts', import.meta.url));

/** `npm run limits -- …` on a database. */
function limits(databaseUrl: string, ...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const env = { ...childEnvironment(), DATABASE_URL: databaseUrl };
  return new Promise((resolve) => {
    execFile(process.execPath, [cli, ...args], { env, timeout: 120_000 }, (error, out, err) => {
      resolve({ code: error ? Number(error.code ?? -1) : 0, out, err });
    });
  });
}

test('what an operator agrees about a key holds on a running server, is listed and audited, and can be taken back', async () => {
  await using server = await startTestServer();
  const owner = await signUp(server);
  const stranger = await signUp(server);
  const key = await createKey(server, owner, ['READ']);
  const [organization, keyId] = [uuidOf(owner.organizationId), uuidOf(key.id)];
  const policy = async () =>
    (await graphql(server, '{ __typename }', {}, { token: key.secret })).headers.get('ratelimit-policy');
  const usual = await policy();
  assert.match(usual ?? '', /^"organization";q=6000;w=60, "key";q=3000;w=60/);

  const of = [organization, '*', '--key', keyId];
  const set = await limits(server.databaseUrl, 'set', organization, '*', '7/30', '--key', keyId, '--reason', 'a trial');
  assert.deepEqual([set.code, set.err], [0, '']);
  await until(async () => /"key";q=7;w=30/.test((await policy()) ?? ''));
  const listed = await limits(server.databaseUrl, 'list', organization);
  assert.match(listed.out, new RegExp(`^API_KEY ${keyId}  \\*: 7 calls in 30 seconds  \\(a trial\\)\\n$`));

  const asTold = await limits(server.databaseUrl, 'list', owner.organizationId);
  assert.equal(asTold.out, listed.out, 'under the id that the API tells as well');
  assert.equal(
    (await limits(server.databaseUrl, 'remove', owner.organizationId, '*', '--key', key.id)).code,
    0,
    'and so is a key',
  );
  await until(async () => (await policy()) === usual);
  const audited = await query(
    server.databaseUrl,
    `select "action", "organizationId" from "AuditEntry" where "targetType" = 'RateLimitOverride' order by "seq"`,
  );
  assert.deepEqual(audited, [
    { action: 'setRateLimit', organizationId: null },
    { action: 'removeRateLimit', organizationId: null },
  ]);

  const wrong: [string[], RegExp][] = [
    [['set', organization, '*', '7/30'], /Say why/],
    [['set', organization, '*', '0/30', '--reason', 'x'], /A rate is/],
    [['set', organization, 'nothing', '7/30', '--reason', 'x'], /Name an endpoint/],
    [['set', 'me', '*', '7/30', '--reason', 'x'], /by its id/],
    [['list', key.id], /Name the organization/],
    [['set', organization, '*', '7/30', '--reason', 'x', '--key', randomUUID()], /has no API_KEY/],
    [['set', uuidOf(stranger.organizationId), '*', '7/30', '--reason', 'x', '--key', keyId], /has no API_KEY/],
    [['remove', ...of], /Nothing was agreed/],
    [['forget'], /Say what to do/],
  ];
  const answers = await Promise.all(wrong.map(([args]) => limits(server.databaseUrl, ...args)));
  for (const [n, { code, err }] of answers.entries()) {
    assert.equal(code, 2, err);
    assert.match(err, wrong[n]![1]);
  }
});
