import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addDuration, parseDuration } from './duration.ts';

const after = (from: string, by: string) => addDuration(new Date(from), parseDuration(by)!).toISOString();

test('months go by the calendar, over leap days and the ends of years', () => {
  assert.equal(after('2027-01-31T10:00:00.000Z', 'P1M'), '2027-02-28T10:00:00.000Z');
  assert.equal(after('2028-01-31T10:00:00.000Z', 'P1M'), '2028-02-29T10:00:00.000Z');
  assert.equal(after('2028-02-29T10:00:00.000Z', 'P1Y'), '2029-02-28T10:00:00.000Z');
  assert.equal(after('2027-12-15T23:59:59.999Z', 'P1Y1M1D'), '2029-01-16T23:59:59.999Z');
});

test('days are 24 hours, whatever the clocks of people do', () => {
  // Madrid's clocks change in both of these nights.
  assert.equal(after('2027-03-28T00:30:00.000Z', 'P1D'), '2027-03-29T00:30:00.000Z');
  assert.equal(after('2027-10-31T00:30:00.000Z', 'PT24H'), '2027-11-01T00:30:00.000Z');
  assert.equal(after('2027-10-31T00:30:00.000Z', 'P1W'), '2027-11-07T00:30:00.000Z');
  assert.equal(after('2027-10-31T00:30:00.000Z', 'PT1H1M1S'), '2027-10-31T01:31:01.000Z');
});

test('what is no duration, is none', () => {
  for (const text of [
    '',
    'P',
    'PT',
    'P1',
    '1D',
    'P-1D',
    '-P1D',
    'P1.5D',
    'P0D',
    'PT0S',
    'P1DT',
    'P1M1Y',
    'p1d',
    'P99999999D',
  ]) {
    assert.equal(parseDuration(text), null, text);
  }
});
