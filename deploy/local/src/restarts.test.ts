import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRestarts } from './restarts.ts';

test('each restart within a minute waits longer, and the sixth does not come', () => {
  const restarts = createRestarts(() => 0);
  assert.deepEqual(
    Array.from({ length: 6 }, () => restarts.next()),
    [200, 400, 800, 1_600, 3_200, null],
  );
});

test('what happened more than a minute ago is forgotten', () => {
  let nowMs = 0;
  const restarts = createRestarts(() => nowMs);
  for (let count = 0; count < 5; count += 1) restarts.next();
  nowMs = 59_999;
  assert.equal(restarts.next(), null);
  nowMs = 60_000;
  assert.equal(restarts.next(), 200);
});
