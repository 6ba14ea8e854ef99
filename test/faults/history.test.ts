import assert from 'node:assert/strict';
import { test } from 'node:test';
import { check, createHistory } from './history.ts';
import { chanceOf } from './seed.ts';

function historyOf(acked: string[], seen: Record<string, string[]>) {
  const history = createHistory();
  for (const id of acked) {
    history.sent(id);
    history.acked(id);
  }
  for (const [reader, ids] of Object.entries(seen)) for (const id of ids) history.seen(reader, id);
  return history;
}

const cases: [string, string[], Record<string, string[]>, string[], [number, number, number]][] = [
  ['nothing wrong', ['a', 'b'], { r: ['a', 'b'] }, ['a', 'b'], [0, 0, 0]],
  ['sent, not acknowledged, stored all the same', ['a'], { r: ['a', 'b'] }, ['a', 'b'], [0, 0, 0]],
  ['acknowledged and not stored', ['a', 'b'], {}, ['a'], [1, 0, 0]],
  ['stored twice', ['a'], {}, ['a', 'a'], [0, 1, 0]],
  ['got twice', ['a'], { r: ['a', 'a'] }, ['a'], [0, 1, 0]],
  ['got in another order', [], { r: ['b', 'a'] }, ['a', 'b'], [0, 0, 1]],
  ['never got', [], { r: ['b'], s: ['a', 'b'] }, ['a', 'b'], [1, 0, 0]],
  ['got what is gone', [], { r: ['a', 'x'] }, ['a'], [1, 0, 0]],
];
for (const [name, acked, seen, stored, [lost, duplicated, reordered]] of cases) {
  test(`the checker: ${name}`, () => {
    const { details, ...counts } = check(historyOf(acked, seen), stored);
    assert.deepEqual(counts, { lost, duplicated, reordered });
    assert.equal(details.length, lost + duplicated + reordered);
  });
}

test('chances come from the seed and the name, and from nothing else', () => {
  const draw = (name: string, seed: number) => {
    const chance = chanceOf(name, seed);
    return Array.from({ length: 1_000 }, () => chance.between(3, 7));
  };
  assert.deepEqual(draw('cuts', 1), draw('cuts', 1));
  assert.notDeepEqual(draw('cuts', 1), draw('cuts', 2));
  assert.notDeepEqual(draw('cuts', 1), draw('kills', 1));
  assert.deepEqual([...new Set(draw('cuts', 1))].toSorted(), [3, 4, 5, 6, 7]);
});
