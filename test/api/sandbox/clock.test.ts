import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { query } from '../../harness/database.ts';
import { graphql } from '../../harness/graphql.ts';
import { movableClock } from '../../harness/movable-clock.ts';
import { createKey, joinAs, signUp, uuidOf } from '../../harness/people.ts';
import { advanceClock, askToAdvance, createSandbox } from '../../harness/sandbox.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';

const day = 86_400_000;
const clock = movableClock(new Date('2027-01-31T10:00:00.000Z'));
let server: TestServer;
before(async () => {
  server = await startTestServer({ clock });
});
after(() => server[Symbol.asyncDispose]());

const nowOf = async ({ token }: { token: string }) => {
  const { viewer } = (
    await graphql(server, '{ viewer { organization { now isSandbox } } }', {}, { token })
  ).expectData();
  return viewer.organization as { now: string; isSandbox: boolean };
};

test('a sandbox has a clock of its own, and nobody else feels it', async () => {
  const [sandbox, other] = [await createSandbox(server), await createSandbox(server)];
  const live = await signUp(server);
  assert.deepEqual(await nowOf(sandbox), { now: '2027-01-31T10:00:00.000Z', isSandbox: true });

  const answer = (await askToAdvance(server, 'P1M', sandbox)).expectData().advanceClock;
  assert.deepEqual(answer, {
    now: '2027-02-28T10:00:00.000Z',
    organization: { now: '2027-02-28T10:00:00.000Z', isSandbox: true },
  });
  assert.equal((await nowOf(other)).now, '2027-01-31T10:00:00.000Z');
  assert.deepEqual(await nowOf(live), { now: '2027-01-31T10:00:00.000Z', isSandbox: false });
  assert.deepEqual(await nowOf(sandbox.owner), { now: '2027-01-31T10:00:00.000Z', isSandbox: false });
});

test('a year is lived by steps of any length, a leap day among them', async () => {
  const sandbox = await createSandbox(server);
  const moments: string[] = [];
  for (const by of ['P1Y', 'P29D', 'PT12H', 'PT1S']) {
    moments.push((await advanceClock(server, sandbox, by)).toISOString());
  }
  assert.deepEqual(moments, [
    '2028-01-31T10:00:00.000Z',
    '2028-02-29T10:00:00.000Z',
    '2028-02-29T22:00:00.000Z',
    '2028-02-29T22:00:01.000Z',
  ]);
});

test('an organization that is no sandbox stays in its time, whoever asks', async () => {
  const live = await signUp(server);
  const key = await createKey(server, live, ['WRITE']);
  for (const token of [live.token, key.secret]) {
    (await askToAdvance(server, 'P30D', { token })).expectCode('SANDBOX_ONLY');
  }
  const admin = await joinAs(server, live, 'ADMIN');
  (await askToAdvance(server, 'P30D', admin)).expectCode('SANDBOX_ONLY');
  const id = uuidOf(live.organizationId);
  assert.deepEqual(await query(server.databaseUrl, `select "clockOffsetMs" from "Organization" where "id" = '${id}'`), [
    { clockOffsetMs: '0' },
  ]);
  // Nor does a mistake of ours move it.
  await assert.rejects(
    query(server.databaseUrl, `update "Organization" set "clockOffsetMs" = 1 where "id" = '${id}'`),
    /violates check constraint/,
  );
});

test('nobody moves a clock without the right to', async () => {
  const sandbox = await createSandbox(server);
  for (const role of ['OPERATOR', 'VIEWER', 'BILLING', 'GUEST'] as const) {
    const member = await joinAs(server, sandbox, role);
    (await askToAdvance(server, 'P1D', member)).expectCode('FORBIDDEN');
  }
  const reader = await createKey(server, sandbox, ['READ']);
  (await askToAdvance(server, 'P1D', { token: reader.secret })).expectCode('SCOPE_MISSING');
  assert.equal((await nowOf(sandbox)).now, '2027-01-31T10:00:00.000Z');

  // A test suite has a key, which need not sign in again.
  const { secret: token } = await createKey(server, sandbox, ['READ', 'WRITE']);
  for (const now of ['2027-03-02T10:00:00.000Z', '2027-04-01T10:00:00.000Z']) {
    assert.equal((await askToAdvance(server, 'P30D', { token })).expectData().advanceClock.now, now);
  }
});

test('what is no length of time, or too much of it, is refused and changes nothing', async () => {
  const sandbox = await createSandbox(server);
  for (const by of ['30', 'P', '-P1D', 'P401D', 'P2Y', 'PT999999999S', `P${'1'.repeat(60)}D`]) {
    (await askToAdvance(server, by, sandbox)).expectCode('INPUT_INVALID');
  }
  assert.equal((await nowOf(sandbox)).now, '2027-01-31T10:00:00.000Z');
});

test('a clock that many move at once goes as far as all of them said', async () => {
  const sandbox = await createSandbox(server);
  const { secret: token } = await createKey(server, sandbox, ['READ', 'WRITE']);
  const answers = await Promise.all(Array.from({ length: 8 }, () => askToAdvance(server, 'P1D', { token })));
  const moments = answers.map((answer) => Date.parse(answer.expectData().advanceClock.now));
  const start = Date.parse('2027-01-31T10:00:00.000Z');
  assert.deepEqual(
    moments.toSorted((a, b) => a - b),
    Array.from({ length: 8 }, (_each, index) => start + (index + 1) * day),
  );
});

test('a move that is asked for again with its idempotency key is one move, whose answer comes again', async () => {
  const sandbox = await createSandbox(server);
  const { secret: token } = await createKey(server, sandbox, ['READ', 'WRITE']);
  const ask = () =>
    graphql(
      server,
      'mutation { advanceClock(input: { by: "P1M" }) { now } }',
      {},
      { token, headers: { 'idempotency-key': 'one-month' } },
    );
  const first = await ask();
  assert.equal(first.expectData().advanceClock.now, '2027-02-28T10:00:00.000Z');
  const again = await ask();
  assert.equal(again.text, first.text);
  assert.equal((await nowOf(sandbox.owner)).now, '2027-01-31T10:00:00.000Z');
  assert.equal((await nowOf({ token })).now, '2027-02-28T10:00:00.000Z');
});

test('nobody becomes a sandbox later, and no sandbox goes live', async () => {
  const sandbox = await createSandbox(server);
  const text = 'mutation { updateOrganization(input: { name: "x", isSandbox: false }) { organization { id } } }';
  const [error] = (await graphql(server, text, {}, sandbox)).errors;
  assert.match(String(error?.message), /isSandbox/);
});
