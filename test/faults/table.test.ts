import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatTable, problemsOf, readRows, wantedRows } from './table.ts';

const told = [
  { row: 'b', counts: { tried: 2, injected: 1 }, measures: { seconds: 3, downMs: 40 } },
  { row: 'a', counts: { tried: 7, injected: 1, lost: 0 }, measures: {} },
  { row: 'b', counts: { tried: 1, injected: 1 }, measures: { seconds: 5.25 } },
];
const rowsOf = (lines: object[]) => readRows(lines.map((line) => JSON.stringify(line)).join('\n'));

test('one row for each name, in their order; counts are added, of measures the largest counts', () => {
  const lines = formatTable(rowsOf(told)).split('\n');
  assert.deepEqual(
    lines.map((line) => line.trim().split(/\s{2,}/)),
    [
      ['what', 'tried', 'injected', 'lost', 'duplicated', 'reordered', 'stuck', 'failed', 'measured'],
      ['a', '7', '1', '0', '0', '0', '0', '0'],
      ['b', '3', '2', '0', '0', '0', '0', '0', 'seconds 5.3, downMs 40'],
    ],
  );
  assert.deepEqual(problemsOf(rowsOf(told), false), []);
});

test('one that is lost is a problem, so is a row without a fault, and so is a whole without a row', () => {
  const bad = [...told, { row: 'c', counts: { tried: 1, lost: 1, stuck: 2 }, measures: {} }];
  assert.deepEqual(problemsOf(rowsOf(bad), false), ['c: lost is 1', 'c: stuck is 2', 'c: nothing was injected']);
  assert.equal(problemsOf(rowsOf(told), true).length, wantedRows.length);
});
