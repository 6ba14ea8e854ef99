import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { query } from '../../harness/database.ts';
import { openSocket } from '../../contract/raw-socket.ts';
import { eachBus } from '../../harness/each-bus.ts';
import { graphql } from '../../harness/graphql.ts';
import { movableClock } from '../../harness/movable-clock.ts';
import { createKey, joinAs, signUp, uuidOf } from '../../harness/people.ts';
import type { Person } from '../../harness/people.ts';
import { advanceClock, createSandbox } from '../../harness/sandbox.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { until } from '../../harness/until.ts';

const ask = '{ viewer { organization { id } } }';

const setRate = async (server: TestServer, perMinute: number | null) =>
  void (await query(server.databaseUrl, `update "PlanVersion" set "requestsPerMinute" = ${perMinute}`));

type Override = { subject: string; subjectId: string; endpoint: string; max: number; windowSeconds?: number };
async function override(
  server: TestServer,
  { organizationId }: Person,
  { subject, subjectId, endpoint, max, windowSeconds = 60 }: Override,
): Promise<void> {
  await query(
    server.databaseUrl,
    `insert into "RateLimitOverride" ("id", "organizationId", "subject", "subjectId", "endpoint", "max", "windowSeconds", "reason")
     values (gen_random_uuid(), '${uuidOf(organizationId)}', '${subject}', '${subjectId}', '${endpoint}', ${max}, ${windowSeconds}, 'a test')`,
  );
}

/** Statuses of so many operations, all at once and by turns on all servers. */
async function flood(servers: readonly TestServer[], count: number, token: string, document = ask) {
  const answers = await Promise.all(
    Array.from({ length: count }, (_, n) => graphql(servers[n % servers.length]!, document, {}, { token })),
  );
  const passed = answers.filter(({ errors }) => errors.length === 0);
  for (const { status, errors } of answers.filter((answer) => !passed.includes(answer))) {
    assert.deepEqual([status, errors[0]?.extensions['code']], [429, 'RATE_LIMITED']);
  }
  return passed.length;
}

eachBus((bus) => {
  test('of many calls at once exactly as many pass as the limit holds, then as many as time brings back', async () => {
    const clock = movableClock();
    await using server = await startTestServer({ bus, clock });
    const person = await signUp(server);
    const id = uuidOf(person.organizationId);
    await override(server, person, { subject: 'ORGANIZATION', subjectId: id, endpoint: '*', max: 30 });
    await override(server, person, { subject: 'USER', subjectId: uuidOf(person.userId), endpoint: '*', max: 1_000 });
    assert.equal(await flood([server], 50, person.token), 30);
    clock.advance({ ms: 10_000 });
    // Over Redis, time is that of Redis and goes on: one more token every two seconds.
    const passed = await flood([server], 20, person.token);
    assert.ok(bus === 'memory' ? passed === 5 : passed >= 1 && passed <= 15, `${passed} after ten seconds`);
  });

  test('a refusal says which limit, how much is left and when there is more, and headers say it before', async () => {
    const clock = movableClock();
    await using server = await startTestServer({ bus, clock });
    await setRate(server, 8);
    const person = await signUp(server);
    const first = await graphql(server, ask, {}, person);
    assert.equal(first.headers.get('ratelimit-policy'), '"organization";q=8;w=60, "user";q=4;w=60');
    assert.equal(first.headers.get('ratelimit'), '"organization";r=7;t=8, "user";r=3;t=15');
    await flood([server], 3, person.token);
    const refused = await graphql(server, ask, {}, person);
    refused.expectCode('RATE_LIMITED');
    const { details, retryAfterMs, retryable } = refused.errors[0]!.extensions;
    const { resetMs, ...told } = details as unknown as Record<string, number>;
    assert.deepEqual(told, { name: 'user', limit: 4, windowSeconds: 60, cost: 1, remaining: 0 });
    assert.ok(resetMs! > 50_000 && resetMs! <= 60_000 && retryable);
    assert.equal(refused.headers.get('retry-after'), String(Math.ceil(Number(retryAfterMs) / 1_000)));
    assert.match(refused.headers.get('ratelimit') ?? '', /^"organization";r=4;t=\d+, "user";r=0;t=\d+$/);
    // Over Redis, a clock that stands still falls behind as fast as time goes on.
    clock.advance({ ms: Number(retryAfterMs) + (bus === 'redis' ? 5_000 : 0) });
    (await graphql(server, ask, {}, person)).expectData();
  });
});

describe('what counts', () => {
  const rootFields = (count: number) =>
    `{ ${Array.from({ length: count }, (_, n) => `a${n}: viewer { organization { id } }`).join(' ')} }`;

  test('each root field counts, whatever its alias and whichever fragment it stands in', async () => {
    await using server = await startTestServer();
    await setRate(server, 20);
    const person = await signUp(server);
    const left = async (document: string) =>
      /"organization";r=(\d+)/.exec((await graphql(server, document, {}, person)).headers.get('ratelimit') ?? '')?.[1];
    assert.equal(await left(rootFields(4)), '16');
    assert.equal(await left('{ ...F ...F } fragment F on Query { viewer { organization { id } } }'), '14');
    assert.equal(await left('{ __typename ... on Query { b: __typename } }'), '13');
    const tooMuch = await graphql(server, rootFields(11), {}, person);
    tooMuch.expectCode('RATE_LIMITED');
    assert.match(tooMuch.errors[0]!.message, /makes 11 calls at once, and the limit “user” holds 10/);
  });

  test('an override of a key, a person or an endpoint goes before the plan, within a second, and holds nobody else', async () => {
    await using server = await startTestServer();
    const owner = await signUp(server);
    const friend = await joinAs(server, owner, 'VIEWER');
    const [tight, other] = [await createKey(server, owner, ['READ']), await createKey(server, owner, ['READ'])];
    await override(server, owner, { subject: 'API_KEY', subjectId: uuidOf(tight.id), endpoint: '*', max: 5 });
    await override(server, owner, {
      subject: 'USER',
      subjectId: uuidOf(friend.userId),
      endpoint: 'Query.viewer',
      max: 3,
    });
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    assert.equal(await flood([server], 12, tight.secret), 5);
    assert.equal(await flood([server], 12, other.secret), 12);
    assert.equal(await flood([server], 12, friend.token), 3);
    assert.equal(await flood([server], 12, friend.token, '{ __typename }'), 12);
    assert.equal(await flood([server], 12, owner.token), 12);
  });

  test('moving the clock of a sandbox fills its buckets', async () => {
    await using server = await startTestServer();
    const sandbox = await createSandbox(server);
    await query(server.databaseUrl, `update "PlanVersion" set "requestsPerMinute" = 40`);
    const left = async () =>
      Number(
        /"user";r=(\d+)/.exec((await graphql(server, ask, {}, sandbox)).headers.get('ratelimit') ?? '')?.[1] ?? NaN,
      );
    await until(async () => (await left()) < 3);
    await advanceClock(server, sandbox, 'PT2M');
    const after = await left();
    assert.ok(after >= 18, `${after} left of twenty, two minutes later`);
  });

  test('operations on a WebSocket count, and are told in the message', async () => {
    await using server = await startTestServer();
    const person = await signUp(server);
    const endpoint = 'Query.viewer';
    await override(server, person, { subject: 'USER', subjectId: uuidOf(person.userId), endpoint, max: 2 });
    await using socket = await openSocket(`${server.url.replace('http', 'ws')}/graphql`);
    await socket.init({ authorization: `Bearer ${person.token}` });
    const outcomes: string[] = [];
    for (let n = 0; n < 4; n++) {
      socket.subscribe(`${n}`, ask);
      const { type, payload } = await socket.next();
      outcomes.push(type === 'error' ? payload![0].extensions.code : (payload?.errors?.[0]?.extensions?.code ?? 'ok'));
      if (type === 'next') await socket.next();
    }
    assert.deepEqual(outcomes, ['ok', 'ok', 'RATE_LIMITED', 'RATE_LIMITED']);
  });

  test('callers without a sign-in count by their network, and REST calls do', async () => {
    await using server = await startTestServer({ env: { REQUESTS_PER_MINUTE_PER_ADDRESS: '6' } });
    const answers = await Promise.all(Array.from({ length: 9 }, () => graphql(server, '{ __typename }')));
    assert.equal(answers.filter(({ errors }) => errors.length === 0).length, 6);
    const rest = await fetch(`${server.url}/errors/RATE_LIMITED`);
    assert.equal(rest.status, 429);
    assert.match(rest.headers.get('ratelimit') ?? '', /^"address";r=0;t=\d+$/);
    const problem = (await rest.json()) as { error: { code: string; details: { limit: number } } };
    assert.deepEqual([problem.error.code, problem.error.details.limit], ['RATE_LIMITED', 6]);
    for (const path of ['/health/live', '/metrics']) assert.equal((await fetch(`${server.url}${path}`)).status, 200);
  });
});
