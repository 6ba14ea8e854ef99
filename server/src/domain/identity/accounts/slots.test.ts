import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSlots } from './slots.ts';

/** Work that ends when it is told to. */
function works() {
  const ends: (() => void)[] = [];
  const begun: string[] = [];
  const work = (name: string) => async () => {
    begun.push(name);
    await new Promise<void>((resolve) => ends.push(resolve));
  };
  return { begun, work, end: () => ends.shift()?.() };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test('whoever comes a hundred times holds up themselves and nobody else', async () => {
  const withSlot = createSlots({ max: 1, maxWaiting: 1_000, what: 'This' });
  const { begun, work, end } = works();
  const all = Array.from({ length: 100 }, (_, at) => withSlot(work(`flood ${at}`), 'flood'));
  all.push(withSlot(work('owner'), 'owner'), withSlot(work('another'), 'another'));
  for (let turn = 0; turn < 102; turn += 1) {
    await settled();
    end();
  }
  await Promise.all(all);
  assert.deepEqual(begun.slice(0, 5), ['flood 0', 'flood 1', 'owner', 'another', 'flood 2']);
  assert.equal(begun.length, 102);
});

test('one may not take all places to wait', async () => {
  const withSlot = createSlots({ max: 1, maxWaiting: 4, maxWaitingOfOne: 2, what: 'This' });
  const { begun, work, end } = works();
  const come = (whose: string) => withSlot(work(whose), whose).catch(() => 'refused');
  const all = ['a', 'a', 'a', 'a', 'b', 'c', 'd'].map(come);
  for (let turn = 0; turn < 7; turn += 1) {
    await settled();
    end();
  }
  const answers = await Promise.all(all);
  assert.deepEqual(begun, ['a', 'a', 'b', 'c', 'a']);
  assert.equal(answers.filter((answer) => answer === 'refused').length, 2);
  // And once all have gone, the place is free again.
  const last = come('e');
  await settled();
  end();
  assert.equal(await last, undefined);
});
