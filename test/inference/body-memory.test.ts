import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBodyMemory } from '@sightline/inference/http/oip/body-memory';

test('what was given back is taken again, and only for its own size', () => {
  const memory = createBodyMemory((bytes) => new SharedArrayBuffer(bytes), 1_000);
  const [first, second] = [memory.take(100), memory.take(100)];
  assert.notEqual(first, second, 'nobody shares what is in use');
  memory.give(first);
  assert.notEqual(memory.take(99), first);
  assert.equal(memory.take(100), first);
  assert.notEqual(memory.take(100), first, 'taken once');
});

test('no more is kept than agreed, and sizes that nobody sends any more go first', () => {
  const memory = createBodyMemory((bytes) => new SharedArrayBuffer(bytes), 250);
  const [old, used, fresh] = [memory.take(100), memory.take(90), memory.take(80)];
  memory.give(old);
  memory.give(used);
  memory.give(fresh);
  assert.equal(memory.keptBytes, 170);
  assert.equal(memory.take(80), fresh);
  assert.equal(memory.take(90), used);
  assert.notEqual(memory.take(100), old);
  memory.give(memory.take(251));
  assert.equal(memory.keptBytes, 0);
});
