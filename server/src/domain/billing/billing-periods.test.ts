import assert from 'node:assert/strict';
import { test } from 'node:test';
import { calendarMonthOf } from './billing-periods.ts';
import { actId } from './ledger.ts';

test('a calendar month ends where the next begins, over the end of a year and in a leap year', () => {
  for (const [now, startsAt, endsAt] of [
    ['2027-12-31T23:59:59.999Z', '2027-12-01', '2028-01-01'],
    ['2028-02-29T12:00:00.000Z', '2028-02-01', '2028-03-01'],
    ['2028-03-01T00:00:00.000Z', '2028-03-01', '2028-04-01'],
  ] as const) {
    assert.deepEqual(calendarMonthOf(new Date(now)), { startsAt: new Date(startsAt), endsAt: new Date(endsAt) });
  }
});

test('an act has one id, and parts that only look alike together have different ones', () => {
  assert.equal(actId('session', 'a', 1), actId('session', 'a', 1));
  assert.notEqual(actId('session', 'a', 1), actId('session', 'a', '1'));
  assert.notEqual(actId('ab', 'c'), actId('a', 'bc'));
  assert.match(actId('x'), /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});
