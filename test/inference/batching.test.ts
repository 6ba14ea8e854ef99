import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SidecarError } from '@sightline/inference/errors';
import { entangledNetwork, floats, matrixNetwork, someone, startNetwork, valuesOf } from './networks.ts';

const inner = 256;
const row = (seed: number) => Array.from({ length: inner }, (_, at) => Math.cos(seed * 7 + at));
const together = { batching: { sizeMax: 8 }, engine: { kind: 'local', placement: 'engines' } };

test('requests that come together share runs and get what each would have got alone', async () => {
  await using network = await startNetwork(matrixNetwork(inner), {}, together);
  const { engine } = network;
  const alone: number[][] = [];
  for (let seed = 0; seed < 24; seed++) {
    const { outputs } = await engine.run({ x: floats([1, inner], row(seed)) }, someone);
    alone.push(valuesOf(outputs['y']!));
  }
  const answers = await Promise.all(alone.map((_, seed) => engine.run({ x: floats([1, inner], row(seed)) }, someone)));
  answers.forEach(({ outputs }, seed) => assertClose(valuesOf(outputs['y']!), alone[seed]!));
  const sizes = answers.map(({ batchSize }) => batchSize);
  assert.ok(Math.max(...sizes) > 1, `they shared runs of ${Math.max(...sizes)}`);
  assert.ok(Math.max(...sizes) <= 8);
});

test('requests of several rows share runs by rows, each keeping its own', async () => {
  await using network = await startNetwork(matrixNetwork(inner), {}, together);
  const counts = [1, 3, 2, 5, 1, 8, 4];
  const answers = await Promise.all(
    counts.map((count, seed) =>
      network.engine.run({ x: floats([count, inner], Array.from({ length: count }, () => row(seed)).flat()) }, someone),
    ),
  );
  for (const [index, { outputs }] of answers.entries()) {
    assert.deepEqual(outputs['y']?.dims, [counts[index], inner]);
    const { outputs: single } = await network.engine.run({ x: floats([1, inner], row(index)) }, someone);
    const values = valuesOf(outputs['y']!);
    for (let at = 0; at < values.length; at += inner) {
      assertClose(values.slice(at, at + inner), valuesOf(single['y']!));
    }
  }
});

test('a network whose rows look at each other never shares a run, even when its config asks for it', async () => {
  await using network = await startNetwork(entangledNetwork(), {}, together);
  assert.equal(network.engine.placement.batchSizeMax, 1);
  const answers = await Promise.all(
    [1, 2, 3, 4].map((value) => network.engine.run({ x: floats([1, 4], [value, 0, 0, 0]) }, someone)),
  );
  for (const { outputs, batchSize } of answers) {
    assert.equal(batchSize, 1);
    assert.deepEqual(valuesOf(outputs['y']!), [0, 0, 0, 0]);
  }
});

test('one request alone waits for nobody; where a delay is configured, never longer than it', async () => {
  await using eager = await startNetwork(matrixNetwork(inner), {}, together);
  const first = await eager.engine.run({ x: floats([1, inner], row(1)) }, someone);
  assert.equal(first.batchSize, 1);
  const patient = { ...together, batching: { sizeMax: 8, delayMs: 60 } };
  await using delayed = await startNetwork(matrixNetwork(inner), {}, patient);
  const [one, two] = await Promise.all([
    delayed.engine.run({ x: floats([1, inner], row(1)) }, someone),
    delayed.engine.run({ x: floats([1, inner], row(2)) }, someone),
  ]);
  assert.equal(one?.batchSize, 2);
  assert.equal(two?.batchSize, 2);
  assert.ok(one!.queueMs >= 50, `${one!.queueMs} ms`);
  // A full batch has nobody to wait for: these would be given up long before the delay is over.
  const never = { ...together, batching: { sizeMax: 8, delayMs: 1_000 } };
  await using filled = await startNetwork(matrixNetwork(inner), {}, never);
  const full = await Promise.all(
    Array.from({ length: 8 }, () =>
      filled.engine.run({ x: floats([1, inner], row(3)) }, { ...someone, timeoutMs: 900 }),
    ),
  );
  assert.ok(full.every(({ batchSize }) => batchSize === 8));
});

test('a tiny network that gains by sharing runs beside HTTP; a slow one and one that asks for it do not', async () => {
  await using tiny = await startNetwork(matrixNetwork(64));
  assert.equal(tiny.engine.placement.kind, 'inline');
  assert.ok(tiny.engine.placement.batchSizeMax > 1);
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, seed) => tiny.engine.run({ x: floats([1, 64], row(seed).slice(0, 64)) }, someone)),
  );
  assert.ok(answers.some(({ batchSize }) => batchSize > 1));
  await using kept = await startNetwork(matrixNetwork(64), {}, { engine: { kind: 'local', placement: 'engines' } });
  assert.equal(kept.engine.placement.kind, 'threads');
  await using slow = await startNetwork(matrixNetwork(512, 80));
  assert.equal(slow.engine.placement.kind, 'threads');
});

test('tensors that do not fit the network are refused before they wait for anything', async () => {
  await using network = await startNetwork(matrixNetwork(64));
  const wrong = [
    {},
    { y: floats([1, 64], row(1)) },
    { x: floats([1, 63], row(1).slice(0, 63)) },
    { x: floats([64], row(1).slice(0, 64)) },
    { x: floats([1, 64], row(1).slice(0, 63)) },
    { x: floats([-1, 64], row(1).slice(0, 64)) },
    { x: floats([1.5, 64], row(1).slice(0, 64)) },
    { x: { ...floats([1, 64], row(1).slice(0, 64)), type: 'int32' as const } },
    { x: { type: 'string' as const, dims: [1, 64], data: ['a'] } },
    { x: floats([1, 64], row(1).slice(0, 64)), z: floats([1], [1]) },
  ];
  for (const inputs of wrong) {
    await assert.rejects(
      async () => network.engine.run(inputs, someone),
      (error) => error instanceof SidecarError && error.code === 'TENSOR_INVALID',
    );
  }
  await assert.rejects(
    async () => network.engine.run({ x: floats([1, 64], row(1).slice(0, 64)) }, { ...someone, outputs: ['z'] }),
    (error) => error instanceof SidecarError && error.code === 'TENSOR_INVALID',
  );
});

function assertClose(found: readonly number[], expected: readonly number[]): void {
  assert.equal(found.length, expected.length);
  found.forEach((value, index) => {
    assert.ok(Math.abs(value - expected[index]!) < 1e-5, `${value} is not ${expected[index]} at ${index}`);
  });
}
