import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { createTokenBuckets } from '@sightline/inference/callers/token-bucket';
import { organization, startCallerServer } from './caller-server.ts';
import { twoBlobs } from './pictures.ts';
import { bearer, localToken, refusal, serviceToken, startSidecar } from './sidecar.ts';

/** A sidecar on a clock that stands still until it is moved, with keys of two organizations. */
async function startWorld(limits: { organization: number | null; key: number | null }, rateLimits = {}) {
  await using opened = new AsyncDisposableStack();
  const clock = { nowMs: Date.now() };
  const of = (organizationId: string, credentialId: string) =>
    organization(['inference:use'], { organizationId, credentialId, limits });
  const server = opened.use(
    await startCallerServer({ a1: of('a', 'a1'), a2: of('a', 'a2'), b1: of('b', 'b1'), plain: organization() }),
  );
  const none = { organization: null, key: null, local: null };
  const sidecar = opened.use(
    await startSidecar(
      { serverUrl: server.serverUrl, rateLimits: { ...none, ...rateLimits } },
      { now: () => clock.nowMs },
    ),
  );
  const picture = await twoBlobs();
  const lifetime = opened.move();
  return {
    clock,
    url: sidecar.url,
    ask: (token: string) =>
      fetch(`${sidecar.url}/predict`, {
        method: 'POST',
        body: picture,
        headers: { ...bearer(token), 'content-type': 'image/png' },
      }),
    [Symbol.asyncDispose]: () => lifetime.disposeAsync(),
  };
}

type World = Awaited<ReturnType<typeof startWorld>>;

/** Statuses of requests that are all sent at once. */
async function flood({ ask }: World, token: string, count: number): Promise<Record<number, number>> {
  const answers = await Promise.all(Array.from({ length: count }, () => ask(token)));
  const statuses: Record<number, number> = {};
  for (const { status, body } of answers) {
    await body?.cancel();
    statuses[status] = (statuses[status] ?? 0) + 1;
  }
  return statuses;
}

test('of 200 requests at once exactly as many pass as the key may send, and others are not touched', async () => {
  await using world = await startWorld({ organization: 150, key: 100 });
  assert.deepEqual(await flood(world, 'a1', 200), { 200: 100, 429: 100 });
  // Refused requests cost the organization nothing: fifty are left of its 150.
  assert.deepEqual(await flood(world, 'a2', 60), { 200: 50, 429: 10 });
  assert.deepEqual(await flood(world, 'b1', 60), { 200: 60 });
});

test('every answer says what is allowed and what is left; a refusal says when to come again, and it is true', async () => {
  await using world = await startWorld({ organization: 120, key: 30 });
  const first = await world.ask('a1');
  assert.equal(first.headers.get('ratelimit-policy'), '"organization";q=120;w=60, "key";q=30;w=60');
  assert.equal(first.headers.get('ratelimit'), '"organization";r=119;t=1, "key";r=29;t=2');
  await flood(world, 'a1', 29);

  const refused = await world.ask('a1');
  assert.equal(refused.headers.get('ratelimit'), '"organization";r=90;t=15, "key";r=0;t=60');
  const waitSeconds = Number(refused.headers.get('retry-after'));
  assert.equal(waitSeconds, 2);
  assert.equal(await refusal(refused), '429 RATE_LIMITED');
  world.clock.nowMs += waitSeconds * 1_000 - 1;
  assert.equal(await refusal(await world.ask('a1')), '429 RATE_LIMITED');
  world.clock.nowMs += 1;
  assert.equal((await world.ask('a1')).status, 200);
  assert.equal(await refusal(await world.ask('a1')), '429 RATE_LIMITED');
  world.clock.nowMs += 3_600_000;
  assert.deepEqual(await flood(world, 'a1', 40), { 200: 30, 429: 10 });
});

test('a refused request is refused before its body is sent', async () => {
  await using world = await startWorld({ organization: null, key: 1 });
  await world.ask('a1');
  const headers = { ...bearer('a1'), 'content-type': 'image/png', 'content-length': '1000000' };
  const waiting = request(`${world.url}/predict`, { method: 'POST', headers }).on('error', () => {});
  waiting.flushHeaders();
  const [answer] = (await once(waiting, 'response')) as [IncomingMessage];
  assert.equal(answer.statusCode, 429);
  waiting.destroy();
});

test('where the plan does not say, the configuration does; the server and callers here have no limit', async () => {
  await using world = await startWorld({ organization: null, key: null }, { organization: 5, key: 3 });
  assert.deepEqual(await flood(world, 'plain', 5), { 200: 3, 429: 2 });
  for (const token of ['a1', localToken, serviceToken]) {
    const answer = await world.ask(token);
    assert.deepEqual([answer.status, answer.headers.get('ratelimit')], [200, null]);
    assert.deepEqual(await flood(world, token, 20), { 200: 20 });
  }
});

test('callers here can be given a limit', async () => {
  await using world = await startWorld({ organization: null, key: null }, { local: 2 });
  assert.deepEqual(await flood(world, localToken, 5), { 200: 2, 429: 3 });
});

test('buckets take bounded memory, fill evenly, and lose nothing to a clock that is set back', () => {
  const clock = { nowMs: 0 };
  const buckets = createTokenBuckets({ bucketsMax: 100, now: () => clock.nowMs });
  for (let n = 0; n < 10_000; n++) buckets.take([{ bucket: `key ${n}`, perMinute: 60 }]);
  assert.equal(buckets.size, 100);

  const limit = [{ bucket: 'one', perMinute: 60 }];
  let allowed = 0;
  // Ten times as much as there is, for ten minutes.
  for (clock.nowMs = 0; clock.nowMs < 600_000; clock.nowMs += 100) allowed += buckets.take(limit).isAllowed ? 1 : 0;
  assert.ok(allowed >= 658 && allowed <= 660, `${allowed} of a burst of 60 and 60 a minute for 10 minutes`);
  clock.nowMs = 0;
  buckets.take(limit);
  clock.nowMs = 1_000;
  assert.ok(buckets.take(limit).isAllowed);
});
