import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import type { Churned } from './queue-churn.ts';

const grownBytesMax = 1_000_000;

test('what is left of a request that was answered goes with the next young garbage, and does not grow old', async () => {
  const worker = new Worker(new URL('queue-churn.ts', import.meta.url));
  const [{ grownBytes }] = (await once(worker, 'message')) as [Churned];
  assert.ok(grownBytes < grownBytesMax, `${Math.round(grownBytes / 1_000)} kB grew old`);
});
