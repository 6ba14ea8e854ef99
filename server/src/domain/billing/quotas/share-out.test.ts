import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shareOut } from './share-out.ts';

test('each call gets all or nothing, in order, and never more than there is', () => {
  assert.deepEqual(shareOut(10, [4, 4, 4, 2], 0), { granted: 10, left: 0 });
  assert.deepEqual(shareOut(3, [5, 2, 2, 1], 0), { granted: 3, left: 0 });
  assert.deepEqual(shareOut(0, [1], 100), { granted: 0, left: 0 });
  assert.deepEqual(shareOut(5, [], 0), { granted: 0, left: 5 });
});

test('parts go ahead of calls only while they are small against what is left', () => {
  assert.deepEqual(shareOut(100_000, [1], 50), { granted: 51, left: 99_949 });
  assert.deepEqual(shareOut(100_001, [1], 5_000), { granted: 1_001, left: 99_000 });
  assert.deepEqual(shareOut(1_000, [1], 5_000), { granted: 1, left: 999 });
});
