import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { piecesOf } from '@sightline/server/domain/billing/usage/grains';
import { piecesMax } from '@sightline/server/domain/billing/usage/usage-sums.queries';

const hourMs = 3_600_000;
const hour = fc.integer({ min: 0, max: 3 * 366 * 24 }).map((hours) => new Date(Date.UTC(2027, 0) + hours * hourMs));
const told = (from: string, to: string) =>
  piecesOf(new Date(from), new Date(to)).map((piece) => `${piece.grain} ${piece.from.toJSON()} ${piece.to.toJSON()}`);

test('months where they fit, days around them, hours at the ends', () => {
  assert.deepEqual(told('2028-01-30T22:00:00Z', '2028-04-02T01:00:00Z'), [
    'HOUR 2028-01-30T22:00:00.000Z 2028-01-31T00:00:00.000Z',
    'DAY 2028-01-31T00:00:00.000Z 2028-02-01T00:00:00.000Z',
    'MONTH 2028-02-01T00:00:00.000Z 2028-04-01T00:00:00.000Z',
    'DAY 2028-04-01T00:00:00.000Z 2028-04-02T00:00:00.000Z',
    'HOUR 2028-04-02T00:00:00.000Z 2028-04-02T01:00:00.000Z',
  ]);
  assert.deepEqual(told('2028-01-01T00:00:00Z', '2028-01-01T00:00:00Z'), []);
});

test('pieces follow on each other from begin to end, each of whole units of its grain', () => {
  fc.assert(
    fc.property(hour, hour, fc.constantFrom('HOUR', 'DAY', 'MONTH'), (one, other, largest) => {
      const [from, to] = one <= other ? [one, other] : [other, one];
      const pieces = piecesOf(from, to, largest);
      assert.ok(pieces.length <= piecesMax);
      const ends = pieces.flatMap((piece) => [piece.from.getTime(), piece.to.getTime()]);
      if (pieces.length > 0) assert.deepEqual([ends[0], ends.at(-1)], [from.getTime(), to.getTime()]);
      else assert.equal(from.getTime(), to.getTime());
      for (let end = 1; end < ends.length - 1; end += 2) assert.equal(ends[end], ends[end + 1]);
      for (const piece of pieces) {
        assert.ok(piece.from < piece.to);
        if (piece.grain !== 'HOUR') assert.equal(piece.from.getUTCHours() + piece.to.getUTCHours(), 0);
        if (piece.grain === 'MONTH') assert.equal(piece.from.getUTCDate() * piece.to.getUTCDate(), 1);
      }
    }),
    { numRuns: 5_000 },
  );
});

test('half an hour is refused', () => {
  assert.throws(() => piecesOf(new Date(1_800_000), new Date(3_600_000)), RangeError);
});
