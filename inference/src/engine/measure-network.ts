import { performance } from 'node:perf_hooks';
import type { ModelConfig } from '../models/model-config.ts';
import type { Measurement } from './engine-protocol.ts';
import type { Network } from './network.ts';
import { createScratch } from './scratch.ts';
import { splitOutputs, stackInputs } from './stack.ts';
import { byteSizeOf, elementCountOf } from './tensors.ts';
import type { Tensor, Tensors, TensorSpec } from './tensors.ts';

const warmRuns = 2;
const timedRunsMax = 20;
/** Enough to tell a network of half a millisecond from one of two, and short beside loading it. */
const timedMsMax = 150;
/** How many requests the measured shared run stands for. */
const batchSize = 8;
/** How often, and of how many requests at once, answers together are held against answers alone. */
const trials = 2;
const rowsPerTrial = 3;
/** Sizes that the file leaves open, other than the first. */
const openSize = 16;
/** Sums may be taken in another order when rows share a run. */
const tolerance = 1e-3;

/**
 * How long a run takes and what sharing one gains. Runs are shared only where made-up requests get the same answers
 * together as alone: a first axis of open size need not mean independent rows. Null for a network that cannot be run on
 * made-up input.
 */
export async function measureNetwork(network: Network, config: ModelConfig): Promise<Measurement | null> {
  const random = createRandom();
  const made = Array.from({ length: batchSize }, () => madeInputs(network.inputs, random));
  const [first = {}] = made;
  try {
    const singleMs = await medianMs(() => network.run(first));
    const isOff = config.batching?.sizeMax === 1;
    const batchedMs =
      !isOff && (await isShareable(network, random)) ? await medianMs(() => runTogether(network, made)) : null;
    return { singleMs, batchedMs, batchSize };
  } catch {
    return null;
  }
}

/** The first run of a network is slow; nobody should wait for it. */
export async function warmNetwork(network: Network): Promise<void> {
  // A network that cannot be run on made-up input warms up with its first request.
  await network.run(madeInputs(network.inputs, createRandom())).catch(() => undefined);
}

function runTogether(network: Network, made: readonly Tensors[]): Promise<Tensors> {
  return network.run(stackInputs(made, createScratch()));
}

async function isShareable(network: Network, random: () => number): Promise<boolean> {
  const isOpen = ({ dims }: TensorSpec) => dims.length > 0 && dims[0] === null;
  if (network.inputs.length === 0 || !network.inputs.every(isOpen) || !network.outputs.every(isOpen)) return false;
  try {
    for (let trial = 0; trial < trials; trial++) {
      const rows = distinctRows(network.inputs, random);
      if (!rows) return false;
      const together = splitOutputs(
        copied(await runTogether(network, rows)),
        rows.map(() => 1),
      );
      for (const [index, inputs] of rows.entries()) {
        if (!isSame(together[index] ?? {}, await network.run(inputs))) return false;
      }
    }
    return true;
  } catch {
    return false;
  }
}

/** Rows of which no two have an equal input; null where there are none. */
function distinctRows(specs: readonly TensorSpec[], random: () => number): Tensors[] | null {
  // Few whole numbers fit any network; where they cannot make rows that differ, a few more are tried.
  for (const wholeMax of [2, 2, 8, 8, 8, 8, 8, 8]) {
    const rows = Array.from({ length: rowsPerTrial }, () => madeInputs(specs, random, wholeMax));
    const isDistinct = specs.every(
      ({ name }) => new Set(rows.map((row) => (row[name] as Tensor).data.join())).size === rows.length,
    );
    if (isDistinct) return rows;
  }
  return null;
}

function isSame(one: Tensors, other: Tensors): boolean {
  return Object.entries(other).every(([name, { dims, data, type }]) => {
    const twin = one[name];
    if (!twin || twin.dims.join() !== dims.join() || twin.data.length !== data.length) return false;
    if (type !== 'float32') return data.join() === twin.data.join();
    const [a, b] = [floatsOf(data as Uint8Array), floatsOf(twin.data as Uint8Array)];
    return a.every((value, index) => {
      const against = b[index] ?? Number.NaN;
      return Object.is(value, against) || Math.abs(value - against) <= tolerance * Math.max(1, Math.abs(value));
    });
  });
}

const floatsOf = (data: Uint8Array) => new Float32Array(data.slice().buffer);

const copied = (outputs: Tensors): Tensors =>
  Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, { ...tensor, data: tensor.data.slice() }]));

async function medianMs(run: () => Promise<unknown>): Promise<number> {
  for (let index = 0; index < warmRuns; index++) await run();
  const times: number[] = [];
  const startedAt = performance.now();
  while (times.length < timedRunsMax && (times.length === 0 || performance.now() - startedAt < timedMsMax)) {
    const before = performance.now();
    await run();
    times.push(performance.now() - before);
  }
  times.sort((a, b) => a - b);
  return times[times.length >> 1] ?? 0;
}

/**
 * One row of values that most networks can take: fractions, and whole numbers below `wholeMax` that are a valid index
 * into most tables. All of them at random: networks that mix rows must not get away with equal ones.
 */
export function madeInputs(specs: readonly TensorSpec[], random: () => number, wholeMax = 2): Tensors {
  const whole = () => Math.floor(random() * wholeMax);
  return Object.fromEntries(
    specs.map(({ name, type, dims: open }): [string, Tensor] => {
      const dims = open.map((size, axis) => size ?? (axis === 0 ? 1 : openSize));
      const count = elementCountOf(dims);
      if (type === 'string')
        return [name, { type, dims, data: Array.from({ length: count }, () => 'abcdefgh'[whole()] ?? 'a') }];
      const data = new Uint8Array(count * byteSizeOf(type));
      const { buffer } = data;
      if (type === 'float32') new Float32Array(buffer).forEach((_, index, all) => (all[index] = random()));
      else if (type === 'float64') new Float64Array(buffer).forEach((_, index, all) => (all[index] = random()));
      else if (type === 'float16') new Float16Array(buffer).forEach((_, index, all) => (all[index] = random()));
      else if (type === 'uint8') data.forEach((_, index) => (data[index] = Math.floor(random() * 256)));
      else if (type === 'bool') data.forEach((_, index) => (data[index] = Math.floor(random() * 2)));
      else for (let at = 0; at < data.length; at += byteSizeOf(type)) data[at] = whole();
      return [name, { type, dims, data }];
    }),
  );
}

/** Mulberry32: the same numbers every time, so that a network is measured on the same input. */
export function createRandom(): () => number {
  let state = 0x9e3779b9;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
