import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunOptions } from '@sightline/inference/engine/engine';
import { createFairQueue } from '@sightline/inference/engine/fair-queue';
import type { Lane } from '@sightline/inference/engine/fair-queue';
import { createJobQueue } from '@sightline/inference/engine/job-queue';
import { SidecarError } from '@sightline/inference/errors';
import { createSemaphore } from '@sightline/inference/vision/semaphore';

type Item = Lane & { name: string };
const item = (tenant: string, name: string, overrides: Partial<Lane> = {}): Item => ({
  ...{ tenant, name, weight: 1, priority: 'interactive', ...overrides },
});

test('who sends a hundred gets no more turns than who sends three', () => {
  const queue = createFairQueue<Item>();
  for (let index = 0; index < 100; index++) queue.push(item('flood', `f${index}`));
  for (let index = 0; index < 3; index++) queue.push(item('quiet', `q${index}`));
  const firstSix = Array.from({ length: 6 }, () => queue.shift()!.tenant);
  assert.equal(firstSix.filter((tenant) => tenant === 'quiet').length, 3);
  assert.equal(queue.size, 97);
});

test('turns are shared in the ratio of weights, and a late comer is not owed the past', () => {
  const queue = createFairQueue<Item>();
  for (let index = 0; index < 200; index++) {
    queue.push(item('large', `l${index}`, { weight: 3 }));
    queue.push(item('small', `s${index}`));
  }
  const served = Array.from({ length: 80 }, () => queue.shift()!.tenant);
  assert.equal(served.filter((tenant) => tenant === 'large').length, 60);
  for (let index = 0; index < 50; index++) queue.push(item('late', `n${index}`));
  const next = Array.from({ length: 50 }, () => queue.shift()!.tenant);
  const late = next.filter((tenant) => tenant === 'late').length;
  assert.ok(late >= 9 && late <= 11, `${late} of 50 turns, one of five is its share`);
});

test('what people wait for goes before batch work, of whomever', () => {
  const queue = createFairQueue<Item>();
  queue.push(item('a', 'later', { priority: 'batch' }));
  queue.push(item('a', 'now'));
  queue.push(item('b', 'now too'));
  assert.deepEqual(
    Array.from({ length: 3 }, () => queue.shift()!.name),
    ['now', 'now too', 'later'],
  );
});

test('within a tenant order is kept, also around one that is put back', () => {
  const queue = createFairQueue<Item>();
  for (const name of ['1', '2', '3']) queue.push(item('a', name));
  const first = queue.shift()!;
  queue.unshift(first);
  queue.push(item('a', '4'));
  assert.deepEqual(
    Array.from({ length: 4 }, () => queue.shift()!.name),
    ['1', '2', '3', '4'],
  );
  assert.equal(queue.shift(), undefined);
});

const task = { kind: 'tensors', inputs: {}, outputs: null } as const;
const asked: RunOptions = { tenant: 'a', weight: 1, priority: 'interactive', timeoutMs: 60_000 };

function createWorld(policy: 'wait' | 'drop-oldest' | 'drop-latest', sizeMax = 4) {
  const drops: string[] = [];
  const refused: string[] = [];
  const queue = createJobQueue({ sizeMax, policy, onDrop: (reason) => drops.push(reason), onWaiting: () => undefined });
  const push = (name: string, options: Partial<RunOptions> = {}) => {
    queue.push({ task, shapeKey: null, rows: 1 }, { ...asked, ...options }).catch((error: unknown) => {
      refused.push(`${name} ${error instanceof SidecarError ? error.code : String(error)}`);
    });
  };
  return { queue, push, drops, refused, [Symbol.dispose]: () => queue.clear(new Error('over')) };
}
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('drop-latest refuses the newcomer, drop-oldest gives up the first of the same tenant, wait holds back', async () => {
  for (const [policy, refusedNames, depth] of [
    ['drop-latest', ['4 QUEUE_FULL', '5 QUEUE_FULL'], 4],
    ['drop-oldest', ['0 QUEUE_FULL', '1 QUEUE_FULL'], 4],
    ['wait', [], 6],
  ] as const) {
    using world = createWorld(policy);
    for (let index = 0; index < 6; index++) world.push(String(index));
    await settled();
    assert.deepEqual(world.refused, refusedNames, policy);
    assert.equal(world.queue.depth, depth, policy);
  }
});

test('a flood takes no place from who has less waiting: its own newest go', async () => {
  using world = createWorld('drop-latest');
  for (let index = 0; index < 4; index++) world.push(`flood ${index}`, { tenant: 'flood' });
  world.push('quiet 0', { tenant: 'quiet' });
  world.push('quiet 1', { tenant: 'quiet' });
  world.push('quiet 2', { tenant: 'quiet' });
  world.push('flood 4', { tenant: 'flood' });
  await settled();
  // Two each now: from here on either is as much of a flood as the other.
  assert.deepEqual(world.refused, [
    'flood 3 QUEUE_FULL',
    'flood 2 QUEUE_FULL',
    'quiet 2 QUEUE_FULL',
    'flood 4 QUEUE_FULL',
  ]);
  assert.deepEqual(world.drops, ['displaced', 'displaced', 'full', 'full']);
});

test('a flood of pictures that are still being read leaves others their share of the places', () => {
  using world = createWorld('drop-latest');
  const flood = { ...asked, tenant: 'flood' };
  for (let index = 0; index < 4; index++) world.queue.reserve(flood);
  assert.throws(() => world.queue.reserve(flood), /Too many requests/);
  const quiet = { ...asked, tenant: 'quiet' };
  world.queue.reserve(quiet);
  world.queue.reserve(quiet);
  assert.throws(() => world.queue.reserve(quiet), /Too many requests/);
});

test('among those that are held back, too, a flood leaves others their share', async () => {
  using world = createWorld('wait');
  for (let index = 0; index < 4 + 1_024; index++) world.push(`flood ${index}`, { tenant: 'flood' });
  world.push('quiet', { tenant: 'quiet' });
  await settled();
  assert.deepEqual(world.refused, ['flood 1027 QUEUE_FULL']);
});

test('a passed deadline is heard of by all whose it was, at once', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  using world = createWorld('drop-latest', 100);
  for (let index = 0; index < 50; index++) world.push(String(index), { timeoutMs: 1 });
  const until = performance.now() + 2;
  while (performance.now() < until);
  context.mock.timers.tick(20);
  await settled();
  assert.equal(world.refused.length, 50);
});

test('a place that is kept counts as one that is taken, until it is given back', () => {
  using world = createWorld('drop-latest', 2);
  const places = [world.queue.reserve(asked), world.queue.reserve(asked)];
  assert.throws(() => world.queue.reserve(asked), /Too many requests/);
  places[0]![Symbol.dispose]();
  places[0]![Symbol.dispose]();
  world.queue.reserve(asked)[Symbol.dispose]();
  assert.equal(world.drops.length, 1);
});

test('a passed deadline and a hang-up leave the line without a run', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  using world = createWorld('drop-latest');
  const gone = new AbortController();
  world.push('late', { timeoutMs: 1 });
  world.push('gone', { signal: gone.signal });
  world.push('stays');
  gone.abort(new Error('hung up'));
  const until = performance.now() + 2;
  while (performance.now() < until);
  context.mock.timers.tick(100);
  await settled();
  assert.deepEqual(world.refused.toSorted(), ['gone Error: hung up', 'late DEADLINE_EXCEEDED']);
  assert.equal(world.queue.depth, 1);
  assert.deepEqual(world.drops.toSorted(), ['cancelled', 'deadline']);
});

test('who waits to be decoded is let in fairly, and leaves at the deadline or with its caller, without having been', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const drops: string[] = [];
  const enter = createSemaphore(1, (reason) => drops.push(reason));
  const lane = (tenant: string) => ({ tenant, weight: 1, priority: 'interactive' as const });
  const order: string[] = [];
  const wait = async (tenant: string, name: string) => {
    const leave = await enter(lane(tenant), { timeoutMs: 1_000 });
    order.push(name);
    return leave;
  };
  const leave = await wait('flood', 'flood 0');
  const second = wait('flood', 'flood 1');
  const third = wait('flood', 'flood 2');
  const quiet = wait('quiet', 'quiet 0');
  const caller = new AbortController();
  const gone = enter(lane('flood'), { signal: caller.signal, timeoutMs: 1_000 });
  caller.abort(new Error('gone'));
  await assert.rejects(gone, /gone/);
  leave();
  leave();
  (await second)();
  (await quiet)();
  const last = await third;
  assert.deepEqual(order, ['flood 0', 'flood 1', 'quiet 0', 'flood 2']);
  const late = enter(lane('flood'), { timeoutMs: 1_000 });
  context.mock.timers.tick(1_000);
  await assert.rejects(late, { code: 'DEADLINE_EXCEEDED' });
  assert.deepEqual(drops, ['cancelled', 'deadline']);
  last();
  (await enter(lane('flood')))();
});

test('whoever comes to a full room without any time left is told so, and nobody is warned', async () => {
  const warnings: Error[] = [];
  const warned = (warning: Error) => void warnings.push(warning);
  process.on('warning', warned);
  const enter = createSemaphore(1);
  const lane = { tenant: 'a', weight: 1, priority: 'interactive' as const };
  const leave = await enter(lane);
  await assert.rejects(enter(lane, { timeoutMs: -5 }), { code: 'DEADLINE_EXCEEDED' });
  leave();
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', warned);
  assert.deepEqual(warnings, []);
});
