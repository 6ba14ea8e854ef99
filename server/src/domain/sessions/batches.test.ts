import assert from 'node:assert/strict';
import { test } from 'node:test';
import { batches } from './batches.ts';

async function* numbers(count: number, thenThrow?: Error) {
  for (let i = 0; i < count; i += 1) yield i;
  if (thenThrow) throw thenThrow;
}

async function collect(source: AsyncIterable<number>, size: number, whileBusy: () => Promise<void>) {
  const groups: number[][] = [];
  for await (const group of batches(source, size)) {
    groups.push(group);
    await whileBusy();
  }
  return groups;
}

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

test('every item comes once, in order, in groups of at most the given size', async () => {
  const groups = await collect(numbers(100), 7, nextTurn);
  assert.deepEqual(groups.flat(), [...Array(100).keys()]);
  assert.ok(groups.every((group) => group.length >= 1 && group.length <= 7));
});

test('what is there already is grouped instead of handed over one by one', async () => {
  const groups = await collect(numbers(64), 32, nextTurn);
  assert.ok(groups.length <= 3, `${groups.length} groups`);
});

test('items before an error are delivered before the error is thrown', async () => {
  const seen: number[] = [];
  await assert.rejects(async () => {
    for await (const group of batches(numbers(5, new Error('broken')), 100)) seen.push(...group);
  }, /broken/);
  assert.deepEqual(seen, [0, 1, 2, 3, 4]);
});

test('leaving early ends the source', async () => {
  let isEnded = false;
  async function* source() {
    try {
      for (let i = 0; ; i += 1) yield i;
    } finally {
      isEnded = true;
    }
  }
  for await (const _group of batches(source(), 4)) break;
  assert.ok(isEnded);
});
