import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hourAfter, periodAfter, proration } from './periods.ts';

const at = (text: string) => new Date(`${text}:00Z`);

test('months are counted from the anchor: what February does not have comes back in March', () => {
  const anchor = at('2027-01-31T10:00');
  const ends: string[] = [];
  for (let startsAt = anchor; ends.length < 14;) {
    const { endsAt } = periodAfter(anchor, 'MONTH', startsAt);
    ends.push(endsAt.toISOString().slice(0, 13));
    startsAt = endsAt;
  }
  assert.deepEqual(ends, [
    ...['2027-02-28T10', '2027-03-31T10', '2027-04-30T10', '2027-05-31T10', '2027-06-30T10', '2027-07-31T10'],
    ...['2027-08-31T10', '2027-09-30T10', '2027-10-31T10', '2027-11-30T10', '2027-12-31T10', '2028-01-31T10'],
    ...['2028-02-29T10', '2028-03-31T10'],
  ]);
});

test('a year from 29 February ends on 28 February, and on the 29th of the next leap year', () => {
  const anchor = at('2028-02-29T00:00');
  let startsAt = anchor;
  const ends = Array.from({ length: 4 }, () => {
    startsAt = periodAfter(anchor, 'YEAR', startsAt).endsAt;
    return startsAt.toISOString().slice(0, 10);
  });
  assert.deepEqual(ends, ['2029-02-28', '2030-02-28', '2031-02-28', '2032-02-29']);
});

test('a period that begins between two anchors ends at the next one', () => {
  const { startsAt, endsAt } = periodAfter(at('2027-01-15T08:00'), 'MONTH', at('2027-06-20T09:00'));
  assert.deepEqual([startsAt, endsAt], [at('2027-06-20T09:00'), at('2027-07-15T08:00')]);
  assert.deepEqual(periodAfter(at('2027-01-15T08:00'), 'MONTH', at('2027-06-15T07:00')).endsAt, at('2027-06-15T08:00'));
  assert.deepEqual(periodAfter(at('2027-07-01T00:00'), 'MONTH', at('2027-02-10T00:00')).endsAt, at('2027-03-01T00:00'));
});

test('a period begins on a full hour', () => {
  assert.throws(() => periodAfter(at('2027-01-01T00:00'), 'MONTH', at('2027-01-01T00:30')), RangeError);
  assert.throws(() => periodAfter(at('2027-01-01T00:30'), 'MONTH', at('2027-01-01T00:00')), RangeError);
  assert.deepEqual(hourAfter(at('2027-01-01T00:01'), 14), at('2027-01-15T01:00'));
  assert.deepEqual(hourAfter(at('2027-01-01T00:00'), 14), at('2027-01-15T00:00'));
});

test('half a period is half of both prices; its begin is all of them, its end nothing', () => {
  const period = { startsAt: at('2027-04-01T00:00'), endsAt: at('2027-05-01T00:00') };
  const [pro, business] = [{ priceMinor: 4_900 }, { priceMinor: 49_900 }];
  const both = (moment: string) => proration(pro, business, period, at(moment));
  assert.deepEqual(both('2027-04-16T00:00'), { creditMinor: 2_450n, chargeMinor: 24_950n });
  assert.deepEqual(both('2027-04-01T00:00'), { creditMinor: 4_900n, chargeMinor: 49_900n });
  assert.deepEqual(both('2027-03-01T00:00'), { creditMinor: 4_900n, chargeMinor: 49_900n });
  assert.deepEqual(both('2027-05-01T00:00'), { creditMinor: 0n, chargeMinor: 0n });
  assert.deepEqual(both('2027-05-02T00:00'), { creditMinor: 0n, chargeMinor: 0n });
});
