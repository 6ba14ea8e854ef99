import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatTable, missingFrom, readRows } from './table.ts';

const line = (row: string, counts: Record<string, number>, facts = {}) => JSON.stringify({ row, counts, facts });

test('lines of one name are one row, and anything but zero fails it', () => {
  const text = [
    line('SSRF vectors', { tried: 50, 'canary hits': 0 }),
    line('SSRF vectors', { tried: 20, 'canary hits': 1 }, { ms: 3 }),
    line('forged access tokens', { tried: 12, accepted: 0 }),
    line('anything', { tried: 1, leaks: 0 }),
  ].join('\n');
  const rows = readRows(`${text}\n`);
  assert.deepEqual(
    rows.map(({ row, counts, problems }) => [row, counts['tried'], problems]),
    [
      ['SSRF vectors', 70, ['canary hits is 1']],
      ['anything', 1, []],
      ['forged access tokens', 12, ['only 12 tried of 30']],
    ],
  );
  const missing = missingFrom(rows);
  assert.ok(missing.includes('not tried: secrets searched'));
  assert.ok(!missing.includes('not tried: SSRF vectors'));
  assert.ok(missing.includes('not in test/security/table.ts: anything'));
  assert.match(formatTable(rows), /SSRF vectors\s+70 {2}FAILED {2}canary hits 1\s+ms 3/);
});
