import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SidecarError } from '@sightline/inference/errors';
import { createOnnxGraph } from '@sightline/inference/models/onnx/graph';
import type { TensorType } from '@sightline/inference/engine/tensors';
import { floats, matrixNetwork, someone, startNetwork, valuesOf } from './networks.ts';

const poison = { thread: new URL('poison-engine.ts', import.meta.url) };
const together = { batching: { sizeMax: 16, delayMs: 30 }, engine: { kind: 'local', placement: 'engines' } };
const x = (value: number) => ({ x: floats([1, 64], new Float32Array(64).fill(value)) });
const codeOf = (error: unknown) => (error instanceof SidecarError ? error.code : String(error));

test('who crashes an engine fails alone: those that shared the run with it are answered', async () => {
  await using network = await startNetwork(matrixNetwork(64), {}, together, poison);
  const values = [1, 2, 666, 4, 5, 6, 7, 8];
  const answers = await Promise.all(
    values.map((value) =>
      network.engine
        .run(x(value), { ...someone, tenant: `tenant ${value}`, timeoutMs: 60_000 })
        .then(() => 'answered', codeOf),
    ),
  );
  assert.deepEqual(
    answers,
    values.map((value) => (value === 666 ? 'ENGINE_FAILED' : 'answered')),
  );
});

test('an engine that is closed in the middle of a run that hangs settles it all the same', async () => {
  const network = await startNetwork(matrixNetwork(64), {}, together, poison);
  const hanging = network.engine.run(x(777), { ...someone, timeoutMs: 60_000 }).then(() => 'answered', codeOf);
  await new Promise((resolve) => setTimeout(resolve, 100));
  await network[Symbol.asyncDispose]();
  assert.equal(await hanging, 'SERVICE_UNAVAILABLE');
});

test('one whose tensors fail costs those that share its run nothing, and then shares none for a while', async () => {
  await using network = await startNetwork(
    lookUpNetwork(),
    {},
    {
      batching: { sizeMax: 16, delayMs: 20 },
      engine: { kind: 'local', placement: 'engines' },
    },
  );
  const { engine } = network;
  assert.equal(engine.placement.batchSizeMax, 16);
  const run = (index: number, tenant: string) => engine.run({ x: ints(index) }, { ...someone, tenant });
  const [bad, ...good] = await Promise.all([
    run(1_000_000, 'bad').then(() => 'answered', codeOf),
    ...[1, 2, 3, 4, 5, 6, 7].map((index) => run(index, 'good').then(({ outputs }) => valuesOf(outputs['y']!)[0])),
  ]);
  assert.equal(bad, 'TENSOR_INVALID');
  assert.deepEqual(good, [10, 20, 30, 40, 50, 60, 70]);
  const [alone, ...others] = await Promise.all([run(1, 'bad'), run(2, 'good'), run(3, 'good')]);
  assert.equal(alone?.batchSize, 1);
  assert.deepEqual(
    others.map(({ batchSize }) => batchSize),
    [2, 2],
  );
});

test('networks that mix rows are found out whatever the type of their elements', async () => {
  for (const type of ['float32', 'int32', 'int64'] as const) {
    await using network = await startNetwork(mixingNetwork(type), {}, { batching: { sizeMax: 8 } });
    assert.equal(network.engine.placement.batchSizeMax, 1, type);
  }
});

test('a request far larger than what was measured does not hold the thread of HTTP', async () => {
  await using network = await startNetwork(matrixNetwork(64));
  assert.equal(network.engine.placement.kind, 'inline');
  const rows = 20_000;
  let turns = 0;
  let isOver = false;
  const count = () => {
    turns++;
    if (!isOver) setImmediate(count);
  };
  const { outputs } = await network.engine.run(
    { x: floats([rows, 64], new Float32Array(rows * 64).fill(0.5)) },
    { ...someone, timeoutMs: 60_000 },
  );
  // The engine for such requests is there now: during a run of it this thread goes on turning.
  const running = network.engine.run({ x: floats([rows, 64], new Float32Array(rows * 64).fill(0.5)) }, someone);
  setImmediate(count);
  await running;
  isOver = true;
  assert.deepEqual(outputs['y']?.dims, [rows, 64]);
  assert.ok(turns > 1, `${turns} turns`);
});

/** y = 10 × the number at place x of a table of 64. */
function lookUpNetwork(): Uint8Array {
  const graph = createOnnxGraph('look-up');
  graph.input('x', 'int64', ['rows', 1]);
  const table = graph.floats(
    [64],
    Array.from({ length: 64 }, (_, index) => index * 10),
  );
  graph.add('Gather', [table, 'x'], { attributes: { axis: 0 }, results: ['y'] });
  graph.output('y', ['rows', 1]);
  return graph.encode();
}

/** Every row minus the largest of all rows. */
function mixingNetwork(type: Extract<TensorType, 'float32' | 'int32' | 'int64'>): Uint8Array {
  const graph = createOnnxGraph('mixing');
  graph.input('x', type, ['rows', 4]);
  const floatsOfX = graph.add('Cast', ['x'], { attributes: { to: 1 } })[0];
  const most = graph.add('ReduceMax', [floatsOfX], { attributes: { axes: [0], keepdims: 1 } })[0];
  graph.add('Sub', [floatsOfX, most], { results: ['y'] });
  graph.output('y', ['rows', 4]);
  return graph.encode();
}

function ints(value: number) {
  const data = new Uint8Array(new SharedArrayBuffer(8));
  new DataView(data.buffer).setBigInt64(0, BigInt(value), true);
  return { type: 'int64' as const, dims: [1, 1], data };
}
