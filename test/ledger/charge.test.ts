import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { chargeOf, marginalCharge } from '@sightline/server/domain/billing/usage/charge';

const price = fc.record({
  included: fc.bigInt(0n, 2_000n),
  unitAmountMinor: fc.integer({ min: 0, max: 5_000 }),
  perUnits: fc.constantFrom(1, 3, 7, 1_000),
});

test('halves are rounded up, of the sum alone, and what is included costs nothing', () => {
  const perThousand = { included: 100n, unitAmountMinor: 5, perUnits: 1_000 };
  const charges = [0n, 100n, 199n, 200n, 299n, 300n, 400n, 1_100n].map((quantity) =>
    chargeOf({ ...perThousand, quantity }),
  );
  assert.deepEqual(charges, [0n, 0n, 0n, 1n, 1n, 1n, 2n, 5n]);
});

test('it stays exact where floats end', () => {
  const quantity = 9_007_199_254_740_993n;
  assert.equal(chargeOf({ quantity, included: 0n, unitAmountMinor: 1, perUnits: 1 }), quantity);
});

test('what something more may cost is never less than it does, and at most one above', () => {
  fc.assert(
    fc.property(price, fc.bigInt(0n, 10_000n), fc.bigInt(0n, 10_000n), (terms, used, more) => {
      const real = chargeOf({ ...terms, quantity: used + more }) - chargeOf({ ...terms, quantity: used });
      const told = marginalCharge({ ...terms, used, more });
      assert.ok(told >= real && told <= real + 1n, `${told} for ${real}`);
    }),
    { numRuns: 10_000 },
  );
});

test('what is no price or no quantity is refused', () => {
  const fair = { included: 0n, unitAmountMinor: 1, perUnits: 1 };
  assert.throws(() => chargeOf({ ...fair, quantity: -1n }), RangeError);
  assert.throws(() => chargeOf({ ...fair, quantity: 1n, perUnits: 0 }), RangeError);
  assert.throws(() => chargeOf({ ...fair, quantity: 1n, unitAmountMinor: -1 }), RangeError);
  assert.throws(() => marginalCharge({ ...fair, used: 5n, more: -1n }), RangeError);
});
