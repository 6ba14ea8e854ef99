import assert from 'node:assert/strict';
import { test } from 'node:test';
import { itemsOf } from '@sightline/server/domain/billing/subscriptions/billable-items';
import { periodAfter, proration } from '@sightline/server/domain/billing/subscriptions/periods';
import { firstState, nextState } from '@sightline/server/domain/billing/subscriptions/state-machine';
import type { Terms } from '@sightline/server/domain/billing/subscriptions/state-machine';
import fc from 'fast-check';
import { report } from '../../ledger/report.ts';

const price = fc.integer({ min: 0, max: 2_147_483_647 });
const hours = fc.integer({ min: 0, max: 40 * 365 * 24 });
const epoch = Date.UTC(2020, 0, 1);
const hour = 3_600_000;
const interval = fc.constantFrom('MONTH' as const, 'YEAR' as const);

const cases = 10_000;

test('credit and charge of 10 000 changes are exact: no cent is lost, made up or taken twice', () => {
  let checked = 0;
  let centsOff = 0;
  const property = fc.property(
    ...[price, price, hours, interval, fc.double({ min: 0, max: 1, noNaN: true })],
    (old, next, begin, each, part) => {
      const anchor = new Date(epoch + begin * hour);
      const period = periodAfter(anchor, each, anchor);
      const whole = period.endsAt.getTime() - period.startsAt.getTime();
      const at = new Date(period.startsAt.getTime() + Math.floor(part * whole));
      const { creditMinor, chargeMinor } = proration({ priceMinor: old }, { priceMinor: next }, period, at);
      const [total, rest] = [
        BigInt(whole / 1_000),
        BigInt(Math.floor((period.endsAt.getTime() - at.getTime()) / 1_000)),
      ];

      // Whole cents, rounded down: not one more would fit.
      const isFloor = (cents: bigint, of: number) =>
        cents * total <= BigInt(of) * rest && BigInt(of) * rest < (cents + 1n) * total;
      // Less than a cent from the exact difference, which is a fraction.
      const off = (chargeMinor - creditMinor) * total - BigInt(next - old) * rest;
      const back = proration({ priceMinor: next }, { priceMinor: old }, period, at);
      const isRight =
        isFloor(creditMinor, old) &&
        isFloor(chargeMinor, next) &&
        off < total &&
        -off < total &&
        back.creditMinor === chargeMinor &&
        back.chargeMinor === creditMinor;
      checked += 1;
      if (!isRight) centsOff += 1;
      return isRight;
    },
  );
  const { counterexample } = fc.check(property, { numRuns: cases });
  report('changes of plans prorated', { invoicesChecked: checked, centsOff });
  assert.equal(counterexample, null);
  assert.equal(checked, cases);
});

const terms = (priceMinor: number): Terms => ({
  ...{ id: String(priceMinor), priceMinor, currency: 'EUR', interval: 'MONTH', trialDays: 0, graceDays: 7 },
});

test('however often the plan changes in a period, its bill is what each plan took of it', () => {
  let checked = 0;
  let centsOff = 0;
  const moments = fc.array(fc.tuple(fc.integer({ min: 0, max: 2_600_000 }), fc.integer({ min: 1, max: 100_000 })), {
    maxLength: 12,
  });
  const property = fc.property(hours, fc.integer({ min: 1, max: 100_000 }), moments, (begin, first, changes) => {
    const startsAt = new Date(epoch + begin * hour);
    let standing = firstState(terms(first), startsAt, { hasTrial: false, notBefore: null });
    const { periodEndsAt } = standing;
    const items = itemsOf({ subscriptionId: 's', revision: 0, before: null, after: standing, at: startsAt });
    const total = BigInt((periodEndsAt.getTime() - startsAt.getTime()) / 1_000);
    // What a plan took is what was left of it when it came less what was left when it went, in whole cents each.
    const left = (cents: number, at: Date) =>
      (BigInt(cents) * BigInt((periodEndsAt.getTime() - at.getTime()) / 1_000)) / total;
    let expected = 0n;
    let since = startsAt;
    const ordered = changes.toSorted(([one], [other]) => one - other);
    for (const [index, [second, priceMinor]] of ordered.entries()) {
      const at = new Date(Math.min(startsAt.getTime() + second * 1_000, periodEndsAt.getTime() - 1_000));
      const after = nextState(standing, { type: 'changePlan', version: terms(priceMinor), when: 'NOW' }, at);
      if (!after) continue;
      expected += left(standing.version.priceMinor, since) - left(standing.version.priceMinor, at);
      items.push(...itemsOf({ subscriptionId: 's', revision: index + 1, before: standing, after, at }));
      standing = after;
      since = at;
    }
    expected += left(standing.version.priceMinor, since);
    const sum = items.reduce((cents, { amountMinor }) => cents + amountMinor, 0n);
    checked += 1;
    centsOff += Number(sum > expected ? sum - expected : expected - sum);
    return sum === expected && new Set(items.map(({ uniqueKey }) => uniqueKey)).size === items.length;
  });
  const { counterexample } = fc.check(property, { numRuns: 2_000 });
  report('periods with many changes', { invoicesChecked: checked, centsOff });
  assert.deepEqual(counterexample, null);
});
