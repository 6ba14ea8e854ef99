import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatTable, problemsOf, readRemarks, readRows } from './table.ts';

const told = [
  { row: 'b', counts: { acts: 2, rows: 2, duplicatesOffered: 1, crashesInjected: 1, difference: 0 } },
  { row: 'a', counts: { invoicesChecked: 3, centsOff: 0 } },
  { remark: 'It took a second.' },
  { row: 'b', counts: { acts: 1, rows: 1 } },
];
const textOf = (lines: object[]) => lines.map((line) => JSON.stringify(line)).join('\n');
const rowsOf = (lines: object[]) => readRows(textOf(lines));

test('one row for each name, in their order, and the sum of all', () => {
  const lines = formatTable(rowsOf(told)).split('\n');
  assert.deepEqual(
    lines.map((line) => line.trim().split(/\s{2,}/)),
    [
      ['what', 'acts', 'rows', 'duplicates offered', 'crashes injected', 'difference', 'invoices checked', 'cents off'],
      ['a', '0', '0', '0', '0', '0', '3', '0'],
      ['b', '3', '3', '1', '1', '0', '0', '0'],
      ['all of it', '3', '3', '1', '1', '0', '3', '0'],
    ],
  );
  assert.deepEqual(problemsOf(rowsOf(told), true), []);
  assert.deepEqual(readRemarks(textOf(told)), ['It took a second.']);
});

test('a cent is a problem, so is a row too many, and so is a whole that tried nothing', () => {
  const bad = [...told, { row: 'c', counts: { centsOff: 1, difference: 2 } }];
  assert.deepEqual(problemsOf(rowsOf(bad), true), ['c: difference is 2', 'c: cents off is 1']);
  assert.deepEqual(problemsOf(rowsOf(told.slice(1, 2)), true), [
    'no acts',
    'no duplicates offered',
    'no crashes injected',
  ]);
  assert.deepEqual(problemsOf(rowsOf(told.slice(1, 2)), false), []);
});
