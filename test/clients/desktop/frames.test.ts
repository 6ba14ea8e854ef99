import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import type { Prediction } from '@sightline/core';
import { frameLoop } from '@sightline/desktop';
import { until } from '../../harness/until.ts';

const answer = {} as Prediction;
async function* of<F>(...frames: F[]): AsyncGenerator<F> {
  yield* frames;
}

test('one at a time, and of those that came meanwhile the newest', async () => {
  const gates: (() => void)[] = [];
  let push = (_frame: number | null) => {};
  const queue: (number | null)[] = [];
  async function* source() {
    for (;;) {
      while (queue.length === 0)
        await new Promise<void>((resolve) => (push = (frame) => (queue.push(frame), resolve())));
      const frame = queue.shift()!;
      if (frame === null) return;
      yield frame;
    }
  }
  let atOnce = 0;
  let most = 0;
  const loop = frameLoop({
    frames: source(),
    async predict() {
      most = Math.max(most, (atOnce += 1));
      await new Promise<void>((resolve) => gates.push(resolve));
      atOnce -= 1;
      return answer;
    },
  });
  const taken: number[] = [];
  const done = (async () => {
    for await (const { frame } of loop) taken.push(frame);
  })();
  const give = async (frame: number) => {
    const { seen } = loop.counts;
    push(frame);
    await until(() => loop.counts.seen > seen);
  };
  await until(() => queue.length === 0);
  await give(1);
  await until(() => gates.length === 1);
  for (const frame of [2, 3, 4]) await give(frame);
  gates.shift()!();
  await until(() => gates.length === 1);
  push(null);
  gates.shift()!();
  await done;
  assert.deepEqual([taken, most, loop.counts], [[1, 4], 1, { seen: 4, sent: 2, same: 0, dropped: 2 }]);
});

test('frames that are taken for hours leave nothing behind', async () => {
  const left: number[] = [];
  const loop = frameLoop({
    frames: async () => 1,
    everyMs: 1,
    predict(_frame, signal) {
      left.push(getEventListeners(signal, 'abort').length);
      return Promise.resolve(answer);
    },
  });
  for await (const _ of loop) if (loop.counts.sent === 40) break;
  assert.ok(Math.max(...left) <= 3, `${Math.max(...left)} listeners`);
});

test('a scene that stays the same is looked at once', async () => {
  const pictures = [10, 11, 12, 200, 201, 10];
  let next = 0;
  const over = new AbortController();
  const loop = frameLoop({
    frames: async () => {
      if (next === pictures.length) over.abort(new Error('over'));
      return pictures[next++] ?? 0;
    },
    scene: { luma: (frame) => new Uint8Array(64).fill(frame), threshold: 0.05 },
    predict: async () => answer,
    signal: over.signal,
  });
  const taken: number[] = [];
  await assert.rejects(async () => {
    for await (const { frame } of loop) taken.push(frame);
  }, /over/);
  assert.deepEqual(taken, [10, 200, 10]);
  assert.equal(loop.counts.same, 3);
});

test('what fails is thrown, and leaving ends what is under way', async () => {
  const failing = frameLoop({ frames: of(1), predict: () => Promise.reject(new Error('no')) });
  await assert.rejects(async () => {
    for await (const _ of failing) assert.fail();
  }, /no/);
  const broken = frameLoop({ frames: () => Promise.reject(new Error('no camera')), predict: async () => answer });
  await assert.rejects(async () => {
    for await (const _ of broken) assert.fail();
  }, /no camera/);
  let ended = false;
  async function* endless() {
    try {
      for (let frame = 0; ; frame += 1) {
        yield frame;
        await new Promise((resolve) => setImmediate(resolve));
      }
    } finally {
      ended = true;
    }
  }
  let signalled: AbortSignal | null = null;
  for await (const _ of frameLoop({
    frames: endless(),
    predict: async (_frame, signal) => ((signalled = signal), answer),
  }))
    break;
  await until(() => ended);
  assert.equal((signalled as AbortSignal | null)?.aborted, true);
});

test('no two are looked at within the time that is given', async () => {
  async function* quick() {
    for (let frame = 0; frame < 50; frame += 1) {
      yield frame;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  const loop = frameLoop({ frames: quick(), everyMs: 600_000, predict: async () => answer });
  const taken = [];
  for await (const { frame } of loop) taken.push(frame);
  assert.equal(taken.length, 1);
  assert.equal(loop.counts.sent + loop.counts.dropped, 50);
});
