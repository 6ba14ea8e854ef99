import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assign } from '@sightline/inference/session/assignment';
import fc from 'fast-check';

const scoreOf = (scores: number[][], pairs: [number, number][]) =>
  pairs.reduce((total, [row, column]) => total + (scores[row]?.[column] ?? 0), 0);

/** The best there is, by trying everything. */
function bestScore(scores: number[][], row = 0, taken = new Set<number>()): number {
  const columns = scores[row];
  if (!columns) return 0;
  let best = bestScore(scores, row + 1, taken);
  columns.forEach((score, column) => {
    if (!taken.has(column)) best = Math.max(best, score + bestScore(scores, row + 1, new Set([...taken, column])));
  });
  return best;
}

const matrices = fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 })).chain(([rows, columns]) => {
  const score = fc.oneof(
    fc.constant(0),
    fc.integer({ min: 1, max: 100 }).map((percent) => percent / 100),
  );
  const row = fc.array(score, { minLength: columns, maxLength: columns });
  return fc.array(row, { minLength: rows, maxLength: rows });
});

test('pairs are the best possible, use nothing twice and never pair what does not fit', () => {
  fc.assert(
    fc.property(matrices, (scores) => {
      const pairs = assign(scores);
      assert.ok(Math.abs(scoreOf(scores, pairs) - bestScore(scores)) < 1e-9);
      assert.equal(new Set(pairs.map(([row]) => row)).size, pairs.length);
      assert.equal(new Set(pairs.map(([, column]) => column)).size, pairs.length);
      for (const [row, column] of pairs) assert.ok((scores[row]?.[column] ?? 0) > 0);
    }),
    { numRuns: 500 },
  );
});

test('nothing on either side pairs nothing', () => {
  assert.deepEqual(assign([]), []);
  assert.deepEqual(assign([[], []]), []);
});
