import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { test } from 'node:test';
import { createQuota } from '@sightline/inference/callers/quota';
import type { Caller } from '@sightline/inference/http/callers';
import { until } from '../harness/until.ts';

const caller = (hardQuota: boolean | null = true): Caller => ({
  ...{ kind: 'organization', organizationId: 'an organization', permissions: [], weight: 1 },
  ...{ credential: null, apiKeyId: null, limits: { organization: null, key: null }, hardQuota, isOperator: false },
});

type Asked = { wants: number[]; ahead: number; lease: string };

/** A server with one quota, of which it gives what is wanted and as much ahead as it is told to. */
async function startQuotaServer(units: number) {
  const state = { left: units, ahead: 0, status: 200, isMetered: true };
  const asked: Asked[] = [];
  const returned: { lease: string; kept: number }[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const body = (await json(request)) as Asked & { kept: number };
      if (state.status !== 200) return response.writeHead(state.status).end('{}');
      if (request.url === '/internal/quota/return') {
        returned.push(body);
        return response.end('{}');
      }
      asked.push(body);
      let granted = 0;
      for (const want of body.wants) if (granted + want <= state.left) granted += want;
      granted += Math.min(state.ahead, state.left - granted);
      state.left -= granted;
      const level = {
        granted,
        left: state.left,
        limit: units,
        resetsAt: '2027-03-01T00:00:00.000Z',
        resetsInMs: 5_000,
      };
      return response.end(JSON.stringify({ isMetered: state.isMetered, ...(state.isMetered && level) }));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const serverUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const time = { nowMs: 0 };
  const quota = createQuota({ serverUrl, serviceToken: 't', fetch, elapsed: () => time.nowMs, log: { warn() {} } });
  return {
    ...{ state, asked, returned, quota, time },
    async [Symbol.asyncDispose]() {
      await quota[Symbol.asyncDispose]();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const codeOf = (work: Promise<unknown> | null | undefined): Promise<string> =>
  Promise.resolve(work).then(
    () => 'ok',
    (error: { code: string }) => error.code,
  );

test('calls of one moment share one question, and each gets all its units or none', async () => {
  await using world = await startQuotaServer(10);
  const outcomes = await Promise.all([4, 4, 4, 2, 1].map((units) => codeOf(world.quota.take(caller(), units))));
  assert.deepEqual(outcomes, ['ok', 'ok', 'QUOTA_EXCEEDED', 'ok', 'QUOTA_EXCEEDED']);
  assert.deepEqual(
    world.asked.map(({ wants }) => wants),
    [[4, 4, 4, 2, 1]],
  );
});

test('a refusal says limit, what is left and when it begins anew', async () => {
  await using world = await startQuotaServer(3);
  await assert.rejects(Promise.resolve(world.quota.take(caller(), 4)), (error: Record<string, unknown>) => {
    assert.equal(error['code'], 'QUOTA_EXCEEDED');
    assert.equal(error['retryAfterMs'], 5_000);
    const resetsAt = '2027-03-01T00:00:00.000Z';
    assert.deepEqual(error['details'], { meter: 'PREDICTIONS', limit: 3, remaining: 3, resetsAt });
    return true;
  });
});

test('what was taken ahead is used without asking; a call that failed gives its units to the next', async () => {
  await using world = await startQuotaServer(100);
  world.state.ahead = 5;
  const first = await world.quota.take(caller(), 1);
  for (let n = 0; n < 5; n++) await world.quota.take(caller(), 1);
  assert.equal(world.asked.length, 1);
  first?.giveBack();
  first?.giveBack();
  await world.quota.take(caller(), 1);
  assert.equal(world.asked.length, 1);
  await world.quota.take(caller(), 1);
  assert.equal(world.asked.length, 2);
});

test('what is not used goes back after a second, when the plan changes, and at the end', async () => {
  await using world = await startQuotaServer(100);
  world.state.ahead = 5;
  await world.quota.take(caller(), 2);
  const { lease } = world.asked[0]!;
  world.time.nowMs = 1_001;
  await until(() => world.returned.length === 1);
  assert.deepEqual(world.returned, [{ lease, kept: 2 }]);

  await world.quota.take(caller(), 1);
  world.quota.forget('another organization');
  world.quota.forget('an organization');
  await until(() => world.returned.length === 2);
  assert.equal(world.returned[1]?.kept, 1);

  await world.quota.take(caller(), 3);
  await world.quota[Symbol.asyncDispose]();
  assert.equal(world.returned[2]?.kept, 3);
});

test('the door refuses before the work where nothing, or too little, is left, and asks again after a second', async () => {
  await using world = await startQuotaServer(2);
  assert.equal(await codeOf(world.quota.requireRoom(caller(), 3)), 'QUOTA_EXCEEDED');
  assert.equal(await codeOf(world.quota.requireRoom(caller(), 2)), 'ok');
  await world.quota.take(caller(), 2);
  for (let n = 0; n < 20; n++) assert.equal(await codeOf(world.quota.requireRoom(caller(), 1)), 'QUOTA_EXCEEDED');
  assert.equal(world.asked.length, 2);
  world.state.left = 1;
  world.time.nowMs = 1_001;
  assert.equal(await codeOf(world.quota.requireRoom(caller(), 1)), 'ok');
  world.state.left = 5;
  world.quota.forget(null);
  assert.equal(await codeOf(world.quota.requireRoom(caller(), 5)), 'ok', 'a plan that changed is asked for at once');
});

test('nobody is let in because the one who counts is away, and what may have been granted is given back', async () => {
  await using world = await startQuotaServer(100);
  world.state.status = 503;
  assert.equal(await codeOf(world.quota.requireRoom(caller(), 1)), 'SERVICE_UNAVAILABLE');
  assert.equal(await codeOf(world.quota.take(caller(), 1)), 'SERVICE_UNAVAILABLE');
  world.state.status = 200;
  await until(() => world.returned.length === 2);
  assert.deepEqual(
    world.returned.map(({ kept }) => kept),
    [0, 0],
  );
  assert.equal(await codeOf(world.quota.take(caller(), 1)), 'ok');
});

test('who has no hard quota costs nothing; where only the server knows, it is asked once a second', async () => {
  await using world = await startQuotaServer(100);
  for (const free of [caller(false), { kind: 'service' }, { kind: 'local' }] as const) {
    assert.deepEqual([world.quota.take(free, 1), world.quota.requireRoom(free, 1)], [null, undefined]);
  }
  assert.equal(world.asked.length, 0);
  world.state.isMetered = false;
  assert.equal(await codeOf(world.quota.take(caller(null), 1)), 'ok');
  assert.equal(world.quota.take(caller(null), 1), null);
  assert.equal(world.asked.length, 1);
  world.state.status = 404;
  world.time.nowMs = 1_001;
  assert.equal(await codeOf(world.quota.take(caller(null), 1)), 'ok', 'a server of an earlier version');
});
