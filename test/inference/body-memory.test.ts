import assert from 'node:assert/strict';
import { test } from 'node:test';
import { copyBytes } from '@sightline/inference/engine/copy-bytes';
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

test('bytes are copied whole into and out of shared memory, however they lie', () => {
  const source = Uint8Array.from({ length: 70_000 }, (_, index) => (index * 31) % 251);
  for (const length of [0, 1, 1_023, 1_024, 65_536, 69_000]) {
    for (const [from, to] of [
      [0, 0],
      [3, 0],
      [0, 5],
      [7, 2],
    ] as const) {
      const part = source.subarray(from, from + length);
      const shared = new Uint8Array(new SharedArrayBuffer(to + length + 8));
      copyBytes(part, shared, to);
      assert.deepEqual(shared.slice(to, to + length), part, `${length} bytes from ${from} to ${to}`);
      assert.deepEqual(
        [...shared.subarray(0, to), ...shared.subarray(to + length)],
        Array(to + 8).fill(0),
        'nothing beside them',
      );
      const back = new Uint8Array(length + 1);
      copyBytes(shared.subarray(to, to + length), back, 1);
      assert.deepEqual(back.subarray(1), part);
    }
  }
  assert.throws(() => copyBytes(source, new Uint8Array(69_999), 0), RangeError);
  assert.throws(() => copyBytes(source, new Uint8Array(70_000), 1), RangeError);
});
