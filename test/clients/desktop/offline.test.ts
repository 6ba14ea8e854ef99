import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ConnectionError, NotFoundError, RateLimitError, ServerError, TimeoutError } from '@sightline/core';
import { choose } from '@sightline/desktop';
import type { Policy, SideHealth } from '@sightline/desktop';
import { createConsents } from '../../../clients/desktop/src/consent.ts';
import { createHealth } from '../../../clients/desktop/src/policy/health.ts';
import { createRoute } from '../../../clients/desktop/src/policy/route.ts';

describe('who predicts', () => {
  const side = (isUp: boolean, latencyMs: number | null = 50): SideHealth => ({ isUp, latencyMs });
  const cases: [Policy, SideHealth, SideHealth, boolean, string | null][] = [
    ['local', side(false), side(true), true, 'local'],
    ['cloud', side(true), side(false), false, 'cloud'],
    ['prefer-local', side(true), side(true), true, 'local'],
    ['prefer-local', side(false), side(true), true, 'cloud'],
    ['prefer-local', side(false), side(true), false, null],
    ['prefer-local', side(false), side(false), true, null],
    ['prefer-local', side(true, 2_000), side(true, 100), true, 'cloud'],
    ['prefer-local', side(true, 2_000), side(true, 100), false, 'local'],
    ['prefer-local', side(true, 200), side(true, 100), true, 'local'],
    ['prefer-local', side(true, null), side(true, 1), true, 'local'],
    ['prefer-cloud', side(true), side(true), true, 'cloud'],
    ['prefer-cloud', side(true), side(false), true, 'local'],
    ['prefer-cloud', side(true), side(true), false, 'local'],
    ['prefer-cloud', side(true, 10), side(true, 5_000), true, 'local'],
    ['prefer-cloud', side(false), side(false), true, null],
  ];
  test('is said by policy, reachability, latency and plan', () => {
    for (const [policy, local, cloud, hasRoom, expected] of cases)
      assert.equal(
        choose(policy, { local, cloud, plan: { hasRoom } }),
        expected,
        JSON.stringify([policy, local, cloud, hasRoom]),
      );
  });

  /** What is answered by each side, and who was asked. */
  function world(policy: Policy) {
    const asked: string[] = [];
    const state = { now: 0, up: true, faults: {} as { local?: Error; cloud?: Error } };
    const route = createRoute({ policy, isLocalUp: () => state.up, isCloudUp: () => true, nowMs: () => state.now });
    const go = () =>
      route(async (who) => {
        asked.push(who);
        if (state.faults[who]) throw state.faults[who];
        return who;
      });
    return { state, go, took: () => asked.splice(0) };
  }

  test('an outage moves the call to the other side; a refusal never does', async () => {
    const outages = [
      new ConnectionError('gone'),
      new TimeoutError(1),
      new ServerError('full', { code: 'QUEUE_FULL', status: 503, retryable: true }),
    ];
    for (const error of outages) {
      const { state, go, took } = world('prefer-cloud');
      state.faults.cloud = error;
      assert.equal(await go(), 'local');
      assert.deepEqual(took(), ['cloud', 'local']);
    }
    const refusals = [
      new NotFoundError('no such model', { code: 'NOT_FOUND', status: 404 }),
      new RateLimitError('slower', { code: 'RATE_LIMITED', status: 429, retryable: true, retryAfterMs: 500 }),
      new ServerError('broken', { code: 'MODEL_INVALID', status: 500 }),
    ];
    for (const error of refusals) {
      const { state, go, took } = world('prefer-cloud');
      state.faults.cloud = error;
      await assert.rejects(go(), error);
      assert.deepEqual(took(), ['cloud']);
    }
    for (const policy of ['local', 'cloud'] as const) {
      const { state, go, took } = world(policy);
      state.faults[policy] = new ConnectionError('gone');
      await assert.rejects(go(), ConnectionError);
      assert.deepEqual(took(), [policy]);
    }
  });

  test('a side that fails is left alone for a while, then tried by one call', async () => {
    const { state, go, took } = world('prefer-cloud');
    state.faults.cloud = new ConnectionError('gone');
    for (let call = 0; call < 4; call += 1) assert.equal(await go(), 'local');
    assert.deepEqual(took(), ['cloud', 'local', 'cloud', 'local', 'local', 'local']);
    state.now += 1_000;
    await go();
    assert.deepEqual(took(), ['cloud', 'local']);
    delete state.faults.cloud;
    state.now += 1_999;
    assert.equal(await go(), 'local');
    state.now += 1;
    assert.equal(await go(), 'cloud');
  });

  test('a side that was slow once is tried again after a while', () => {
    const clock = { now: 0 };
    const health = createHealth(() => clock.now);
    health.answered(3_000);
    const cloud = side(true, 100);
    const chosen = () => choose('prefer-local', { local: health.now, cloud, plan: { hasRoom: true } });
    assert.equal(chosen(), 'cloud');
    clock.now += 59_999;
    assert.equal(chosen(), 'cloud');
    clock.now += 1;
    assert.equal(chosen(), 'local');
    // And then counts as it is, not as it was.
    health.answered(40);
    assert.equal(health.now.latencyMs, 40);
  });

  test('a plan without room sends the calls after it elsewhere, as long as the server says', async () => {
    const { state, go } = world('prefer-cloud');
    state.faults.cloud = new RateLimitError('used up', { code: 'QUOTA_EXCEEDED', status: 429, retryAfterMs: 5_000 });
    await assert.rejects(go(), RateLimitError);
    assert.equal(await go(), 'local');
    delete state.faults.cloud;
    state.now += 5_000;
    assert.equal(await go(), 'cloud');
  });
});

test('what one person agreed to holds for nobody who comes after them', async () => {
  const notes: boolean[] = [];
  let ask = async () => true;
  const consents = createConsents({ ask: () => ask(), note: async (_request, granted) => void notes.push(granted) });
  const asked = { what: 'the camera', why: 'a test', retention: 'a day' };
  const consent = await consents.request(asked);
  consents.lapse();
  assert.ok(consent.signal.aborted);
  assert.throws(() => consents.require(consent), { code: 'CONSENT_MISSING' });
  // Nobody took it back, and nobody says that somebody did.
  await consent.revoke();
  assert.deepEqual(notes, [true]);
  // Asked of one, answered when another is there.
  ask = async () => (consents.lapse(), true);
  await assert.rejects(consents.request(asked), { code: 'CONSENT_MISSING' });
  assert.deepEqual(notes, [true]);
});

test('consent is asked, noted, and taken back; nothing that looks like it is taken for it', async () => {
  const notes: [string, boolean][] = [];
  let answer: unknown = true;
  const consents = createConsents({
    ask: () => answer as boolean,
    note: async ({ what }, granted) => void notes.push([what, granted]),
  });
  const asked = { what: 'the camera', why: 'a test', retention: 'a day' };
  const consent = await consents.request(asked);
  consents.require(consent);
  for (const no of [false, 'yes', 1, undefined]) {
    answer = no;
    await assert.rejects(consents.request(asked), { code: 'CONSENT_MISSING' });
  }
  assert.throws(() => consents.require({ ...consent }), { code: 'CONSENT_MISSING' });
  await consent.revoke();
  await consent.revoke();
  assert.throws(() => consents.require(consent), { code: 'CONSENT_MISSING' });
  assert.deepEqual(notes, [
    ['the camera', true],
    ['the camera', false],
  ]);
});
