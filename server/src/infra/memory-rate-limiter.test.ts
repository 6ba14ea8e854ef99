import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryRateLimiter } from './memory-rate-limiter.ts';

const bucket = { name: 'organization', key: 'a', max: 10, windowSeconds: 60, cost: 1 };

function start() {
  let ms = Date.UTC(2027, 2, 28, 0, 59, 59);
  const limiter = createMemoryRateLimiter({ clock: { now: () => new Date(ms) }, bucketsMax: 3 });
  return { limiter, pass: (by: number) => (ms += by) };
}

test('a bucket lets its burst through, then one call each time a token is there', async () => {
  const { limiter, pass } = start();
  for (let left = 9; left >= 0; left--) {
    const { isAllowed, levels } = await limiter.take([bucket]);
    assert.deepEqual([isAllowed, levels[0]?.remaining], [true, left]);
  }
  assert.deepEqual(await limiter.take([bucket]), {
    isAllowed: false,
    levels: [{ remaining: 0, waitMs: 6_000, fullMs: 60_000 }],
  });
  pass(5_999);
  assert.equal((await limiter.take([bucket])).isAllowed, false);
  pass(1);
  assert.equal((await limiter.take([bucket])).isAllowed, true);
  assert.equal((await limiter.take([bucket])).isAllowed, false);
});

test('where one bucket is empty nothing is taken from the others', async () => {
  const { limiter } = start();
  const small = { ...bucket, name: 'key', max: 1 };
  assert.equal((await limiter.take([bucket, small])).isAllowed, true);
  const refused = await limiter.take([bucket, small]);
  assert.deepEqual([refused.isAllowed, refused.levels.map(({ remaining }) => remaining)], [false, [9, 0]]);
  assert.equal((await limiter.peek([bucket])).levels[0]?.remaining, 9);
});

test('calls that cost more take more, and one that costs more than the bucket holds is never let in', async () => {
  const { limiter } = start();
  assert.equal((await limiter.take([{ ...bucket, cost: 7 }])).levels[0]?.remaining, 3);
  const refused = await limiter.take([{ ...bucket, cost: 4 }]);
  assert.deepEqual([refused.isAllowed, refused.levels[0]?.waitMs], [false, 6_000]);
  const { isAllowed, levels } = await limiter.take([{ ...bucket, key: 'b', cost: 11 }]);
  assert.deepEqual([isAllowed, levels[0]?.remaining], [false, 10]);
});

test('a clock that jumps ten minutes forth or back never makes a level negative, nor more than the bucket', async () => {
  const { limiter, pass } = start();
  for (let call = 0; call < 200; call++) {
    pass(call % 3 === 0 ? -600_000 : call % 3 === 1 ? 600_000 : 13);
    const { levels } = await limiter.take([{ ...bucket, cost: 3 }]);
    const { remaining = -1, waitMs = -1, fullMs = -1 } = levels[0] ?? {};
    assert.ok(remaining >= 0 && remaining <= 10 && waitMs >= 0 && fullMs >= 0 && fullMs <= 60_000, `call ${call}`);
  }
  pass(-600_000);
  await limiter.take([{ ...bucket, cost: 10 }]);
  pass(6_000);
  assert.equal((await limiter.take([bucket])).isAllowed, true, 'it fills by the clock that was set back');
});

test('memory is bounded: what was not asked of for longest is forgotten, which is the same as full', async () => {
  const { limiter } = start();
  for (const key of ['a', 'b', 'a', 'c', 'd']) await limiter.take([{ ...bucket, key }]);
  assert.equal((await limiter.peek([{ ...bucket, key: 'a' }])).levels[0]?.remaining, 8);
});
