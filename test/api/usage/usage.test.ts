import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { countMax } from '@sightline/inference/usage/usage-record';
import { openDatabase } from '@sightline/db/database';
import { usageVisibleTo } from '@sightline/server/domain/billing/billing.policy';
import type { Viewer } from '@sightline/server/domain/identity/viewer';
import type { Answer } from '../../harness/answer.ts';
import { query } from '../../harness/database.ts';
import { createKey, signUp } from '../../harness/people.ts';
import type { Person } from '../../harness/people.ts';
import { serviceToken, startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';

let server: TestServer;
let person: Person;
before(async () => {
  server = await startTestServer();
  person = await signUp(server);
});
after(() => server[Symbol.asyncDispose]());

const rawId = (globalId: string) => Buffer.from(globalId, 'base64').toString().split(':').at(-1) ?? '';
const call = (more: Record<string, unknown> = {}) => ({
  id: randomUUID(),
  organizationId: rawId(person.organizationId),
  apiKeyId: null,
  task: 'detection',
  model: 'nanodet-g',
  count: 1,
  at: new Date().toISOString(),
  ...more,
});

async function report(records: unknown, bearer = serviceToken) {
  const response = await fetch(`${server.url}/internal/usage`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${bearer}` },
    body: JSON.stringify({ records }),
  });
  return { status: response.status, body: (await response.json()) as Answer };
}

const recorded = () => query(server.databaseUrl, 'select * from "UsageRecord"');

test('a call counts once, however often and together with whatever it is reported', async () => {
  const [first, second, third] = [call(), call({ count: 8 }), call({ count: countMax })];
  assert.deepEqual((await report([first, second])).body, { recorded: 2 });
  assert.deepEqual((await report([first, second])).body, { recorded: 0 });
  assert.deepEqual((await report([second, third, third])).body, { recorded: 1 });
  const rows = await recorded();
  assert.deepEqual(rows.map(({ id, count }) => [id, count]).toSorted(), [
    ...[first, second, third].map(({ id, count }) => [id, count]).toSorted(),
  ]);
});

test('reporters of the same calls at the same time record each once, in whatever order they send them', async () => {
  const calls = Array.from({ length: 500 }, () => call());
  const orders = [calls, calls.toReversed(), calls.slice(100), calls.toSorted((a, b) => (a.id < b.id ? 1 : -1))];
  const answers = await Promise.all(orders.map((order) => report(order)));
  assert.equal(
    answers.reduce((sum, { body }) => sum + body.recorded, 0),
    calls.length,
  );
});

test('who is not a process of ours reports nothing', async () => {
  const { secret } = await createKey(server, person, ['READ', 'WRITE', 'INFER']);
  const before = (await recorded()).length;
  for (const bearer of [secret, person.token, `${serviceToken}x`]) {
    const { status, body } = await report([call()], bearer);
    assert.deepEqual([status, body.error.code], [401, 'UNAUTHENTICATED']);
  }
  assert.equal((await recorded()).length, before);
});

test('what is no record is refused with its field, and nothing beside it is kept', async () => {
  const before = (await recorded()).length;
  const wrong: Record<string, unknown> = {
    'records.1.count': { count: 0 },
    'records.1.id': { id: '7' },
    'records.1.organizationId': { organizationId: 'o' },
    'records.1.model': { model: 'a\0b' },
    'records.1.task': { task: '' },
    'records.1.at': { at: 'yesterday' },
  };
  for (const [field, more] of Object.entries(wrong)) {
    const { status, body } = await report([call(), call(more as Record<string, unknown>)]);
    assert.deepEqual([status, body.error.code, body.error.details.field], [400, 'INPUT_INVALID', field]);
  }
  assert.equal((await report([call({ count: countMax + 1 })])).status, 400, 'sidecars never say more');
  assert.equal((await report(Array.from({ length: 1_001 }, () => call()))).status, 400);
  assert.equal((await recorded()).length, before);
});

test('calls of an organization that is gone do not keep the others from being recorded', async () => {
  const good = call();
  assert.deepEqual((await report([call({ organizationId: randomUUID() }), good])).body, { recorded: 1 });
});

test('an organization reads its own usage only', async () => {
  const other = await signUp(server);
  const theirs = call({ organizationId: rawId(other.organizationId) });
  await report([call(), theirs]);
  await using database = openDatabase(server.databaseUrl);
  const viewer = { organizationId: rawId(other.organizationId) } as Viewer;
  const seen = await database.prisma.usageRecord.findMany({ where: usageVisibleTo(viewer) });
  assert.deepEqual(
    seen.map(({ id }) => id),
    [theirs.id],
  );
});

test('what was recorded cannot be rewritten', async () => {
  await report([call()]);
  await assert.rejects(query(server.databaseUrl, `update "UsageRecord" set "count" = 1`), /only ever added/);
});
