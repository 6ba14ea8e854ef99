import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Company, SharedItem, SharedSource } from '../../../shared-source.ts';
import { createFanOut } from './fan-out.ts';
import type { Frames } from './frames.ts';

/** A source of numbers, of which some are nobody's. */
function openSource(wanted: (seq: number) => boolean) {
  const listeners = new Set<() => void>();
  let position = 0n;
  const source: SharedSource = {
    key: 'all',
    get position() {
      return position;
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    progressAt: () => null,
    async page(after) {
      const items = itemsBetween(after, position);
      return { items: items.slice(0, 5), reached: items.length > 5 ? items[4]!.seq : position };
    },
  };
  function itemsBetween(after: bigint, upTo: bigint): SharedItem[] {
    const items: SharedItem[] = [];
    for (let seq = after + 1n; seq <= upTo; seq += 1n) if (wanted(Number(seq))) items.push({ seq, item: seq });
    return items;
  }
  function grow(by: number): void {
    position += BigInt(by);
    for (const listener of [...listeners]) listener();
  }
  return { source, listeners, itemsBetween, grow };
}

type World = ReturnType<typeof openSource> & ReturnType<typeof countingFanOut>;

function countingFanOut(windowMs: number, shardSize = 3) {
  const counts = { results: 0, frames: 0 };
  const metrics = {
    sharedResults: { inc: () => void (counts.results += 1) },
    sharedFrames: { inc: (count: number) => void (counts.frames += count) },
  };
  return { counts, fanOut: createFanOut({ windowMs, shardSize, metrics }) };
}

/** A reader as a stream would be one: catches up by itself, then keeps company. `isFull` says when it cannot take more. */
function startReader(
  { fanOut, source, itemsBetween }: World,
  start: bigint,
  isFull = () => false,
  fails = () => false,
  onCursor: (cursor: string) => void = () => undefined,
) {
  const got: number[] = [];
  const stop = new AbortController();
  let company!: Company;
  let room = Promise.withResolvers<void>();
  let isWaiting = false;
  const sink = {
    write(frames: Frames) {
      assert.ok(!isWaiting, 'nothing is written to who is full');
      for (const { text, cursor } of frames.payloads) {
        assert.equal(text, cursor);
        got.push(Number(text));
      }
      isWaiting = isFull();
      return !isWaiting;
    },
    tellCursor(cursor: string) {
      onCursor(cursor);
      return true;
    },
    drained: () => (isWaiting ? room.promise : Promise.resolve()),
  };
  const render = async (item: unknown) => {
    await new Promise((resolve) => setImmediate(resolve));
    return fails() ? null : String(item);
  };
  fanOut.share({ source, follow: (one) => (company = one) }, 'key', { sink, render, within: (work) => work() });

  async function read(): Promise<void> {
    for (let cursor = start; !stop.signal.aborted;) {
      const upTo = company.position;
      if (cursor < upTo) {
        for (const { item } of itemsBetween(cursor, upTo)) got.push(Number(item));
        await new Promise((resolve) => setImmediate(resolve));
        cursor = upTo;
      } else cursor = (await company.join(cursor, stop.signal)) ?? assert.fail('the source is not gone');
    }
  }
  return {
    got,
    done: read(),
    stop: () => stop.abort(),
    drain() {
      isWaiting = false;
      room.resolve();
      room = Promise.withResolvers();
    },
  };
}

const rounds = 300;

for (const windowMs of [0, 1]) {
  test(`whoever comes, goes or is full gets every item once, in order, with ${windowMs} ms to leave together`, async () => {
    const wanted = (seq: number) => seq % 7 !== 0;
    const world: World = { ...openSource(wanted), ...countingFanOut(windowMs) };
    let seed = 20_26;
    const random = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below;
    const readers: (ReturnType<typeof startReader> & { start: bigint })[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const { position } = world.source;
      // Some know later events than this server does.
      if (random(4) === 0) {
        const start = BigInt(random(Number(position) + 4));
        const fails = () => random(20) === 0;
        readers.push({ start, ...startReader(world, start, () => random(6) === 0, fails) });
      }
      if (random(9) === 0) readers[random(readers.length)]?.stop();
      if (random(2) === 0) world.grow(1 + random(12));
      for (const reader of readers) if (random(3) === 0) reader.drain();
      await new Promise((resolve) => (random(10) === 0 ? setTimeout(resolve, 1) : setImmediate(resolve)));
    }
    world.grow(10);
    const last = world.source.position;
    const settled = () =>
      readers.every(({ got, start }, index) => stopped.has(index) || got.length === expected(start));
    const expected = (start: bigint) => world.itemsBetween(start, last).length;
    const stopped = new Set<number>();
    await Promise.all(readers.map((reader, index) => Promise.race([reader.done.then(() => stopped.add(index)), null])));
    const deadline = Date.now() + 60_000;
    while (!settled() && Date.now() < deadline) {
      for (const reader of readers) reader.drain();
      await new Promise((resolve) => setImmediate(resolve));
    }
    for (const [index, { got, start }] of readers.entries()) {
      const all = world.itemsBetween(start, last).map(({ seq }) => Number(seq));
      assert.deepEqual(got, stopped.has(index) ? all.slice(0, got.length) : all, `reader ${index}`);
    }
    assert.ok(world.counts.results > 0 && world.counts.frames > world.counts.results);
    for (const reader of readers) {
      reader.stop();
      reader.drain();
    }
    await Promise.all(readers.map(({ done }) => done));
    assert.deepEqual([world.fanOut.size, world.listeners.size], [0, 0], 'nothing is left behind');
  });
}

test('what many read is made once, and who is ahead waits for it', async () => {
  const world: World = { ...openSource(() => true), ...countingFanOut(4) };
  const readers = [0n, 0n, 0n, 2n].map((start) => startReader(world, start));
  await new Promise((resolve) => setImmediate(resolve));
  world.grow(3);
  while (readers.some(({ got }) => got.at(-1) !== 3)) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(
    readers.map(({ got }) => got),
    [[1, 2, 3], [1, 2, 3], [1, 2, 3], [3]],
  );
  assert.deepEqual(world.counts, { results: 3, frames: 10 });
  for (const reader of readers) reader.stop();
  await Promise.all(readers.map(({ done }) => done));
});

test('whoever has their turn later gets what came meanwhile, too, and nobody waits for the end of the round', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const world: World = { ...openSource(() => true), ...countingFanOut(60_000, 2) };
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const readers = Array.from({ length: 5 }, () => startReader(world, 0n));
  await turn();
  world.grow(1);
  while (!readers[0]!.got.length) await turn();
  world.grow(1);
  while (!readers[4]!.got.length) await turn();
  assert.deepEqual([readers[0]!.got, readers[4]!.got], [[1], [1, 2]]);
  t.mock.timers.tick(60_000);
  await turn();
  assert.ok(readers.every(({ got }) => got.join() === '1,2'));
  for (const reader of readers) reader.stop();
  await Promise.all(readers.map(({ done }) => done));
});

test('after a pause nothing waits: what comes first leaves at once', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const world: World = { ...openSource(() => true), ...countingFanOut(60_000) };
  const reader = startReader(world, 0n);
  await new Promise((resolve) => setImmediate(resolve));
  world.grow(1);
  while (reader.got.length < 1) await new Promise((resolve) => setImmediate(resolve));
  world.grow(1);
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(reader.got, [1], 'the second waits for the end of the window');
  t.mock.timers.tick(60_000);
  assert.deepEqual(reader.got, [1, 2]);
  reader.stop();
  await reader.done;
});

test('whoever comes as all others turn out to be full keeps hearing', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const world: World = { ...openSource(() => true), ...countingFanOut(60_000) };
  const turns = async () => {
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  let isFull = false;
  const first = startReader(world, 0n, () => isFull);
  await turns();
  world.grow(1);
  await turns();
  // Waits for the end of the window, and fills its reader.
  isFull = true;
  world.grow(1);
  await turns();
  const second = startReader(world, 2n);
  await turns();
  t.mock.timers.tick(60_000);
  world.grow(1);
  await turns();
  t.mock.timers.tick(60_000);
  await turns();
  assert.deepEqual([first.got, second.got], [[1, 2], [3]]);
  for (const reader of [first, second]) reader.stop();
  first.drain();
  await Promise.all([first.done, second.done]);
});

test('members are told where they are when nothing came for a thousand numbers, once a second at most', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const world: World = { ...openSource(() => false), ...countingFanOut(0) };
  const told: string[] = [];
  const reader = startReader(world, 0n, undefined, undefined, (cursor) => void told.push(cursor));
  const grow = async (by: number) => {
    world.grow(by);
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  await grow(0);
  await grow(999);
  assert.deepEqual(told, []);
  await grow(1);
  assert.deepEqual(told, ['1000']);
  await grow(5_000);
  await grow(10);
  assert.deepEqual(told, ['1000']);
  t.mock.timers.tick(1_000);
  await grow(0);
  assert.deepEqual(told, ['1000', '6010']);
  reader.stop();
  await reader.done;
  assert.equal(world.listeners.size, 0);
});
