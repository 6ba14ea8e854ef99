import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createOnnxGraph } from '@sightline/inference/models/onnx/graph';
import { scaleNetwork, writeNetwork } from './oip-models.ts';
import { bearer, localToken, startSidecar } from './sidecar.ts';
import type { TestSidecar } from './sidecar.ts';
import { writeTaskModels } from './task-models.ts';

const side = 16;

/** The mean of each picture of a batch. */
function brightnessNetwork(): Uint8Array {
  const graph = createOnnxGraph('brightness');
  graph.input('pixels', 'float32', ['pictures', 3, side, side]);
  graph.add('ReduceMean', ['pixels'], { attributes: { axes: [2, 3], keepdims: 0 }, results: ['scores'] });
  graph.output('scores', ['pictures', 3]);
  return graph.encode();
}

const pictures = (count: number) => [{ name: 'pixels', datatype: 'FP32', shape: [count, 3, side, side] }];
const texts = (count: number, tokens: number) =>
  ['input_ids', 'attention_mask'].map((name) => ({ name, datatype: 'INT64', shape: [count, tokens] }));
const rows = (count: number) => [{ name: 'x', datatype: 'FP32', shape: [count, 1] }];

describe('rows and tokens of one request have limits, however few bytes they take', () => {
  let sidecar: TestSidecar;
  before(async () => {
    sidecar = await startSidecar();
    await writeTaskModels(sidecar.folder);
    const directory = join(sidecar.folder, 'models');
    const input = {
      ...{ width: side, height: side, letterbox: { align: 'stretch', pad: 0 } },
      tensor: { kind: 'float32-nchw', channels: 'rgb', mean: [0, 0, 0], std: [1, 1, 1] },
    };
    const output = { scores: 'scores', activation: 'none' };
    await writeNetwork(
      directory,
      'brightness',
      { 1: brightnessNetwork() },
      { task: 'classification', labels: ['red', 'green', 'blue'], input, output },
    );
    await writeNetwork(directory, 'scale', { 1: scaleNetwork(2) });
    await writeNetwork(directory, 'three', { 1: scaleNetwork(2) }, { rowsMax: 3 });
  });
  after(() => sidecar[Symbol.asyncDispose]());

  const cases = [
    { model: 'brightness', fits: pictures(32), refused: pictures(33), says: /up to 32 rows of 'pixels', not 33/ },
    { model: 'sums', fits: texts(64, 64), refused: texts(65, 1), says: /up to 64 rows of 'input_ids', not 65/ },
    {
      model: 'sums',
      fits: texts(1, 4_096),
      refused: texts(2, 2_049),
      says: /up to 4096 tokens of 'input_ids', not 4098/,
    },
    { model: 'scale', fits: rows(65_537), refused: rows(1_048_577), says: /up to 1048576 rows of 'x', not 1048577/ },
    { model: 'three', fits: rows(3), refused: rows(4), says: /up to 3 rows of 'x', not 4/ },
  ];
  for (const { model, fits, refused, says } of cases) {
    test(`${model}: ${says.source}`, async () => {
      const infer = (inputs: { name: string; datatype: string; shape: number[] }[]) =>
        fetch(`${sidecar.url}/v2/models/${model}/infer`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...bearer(localToken) },
          body: JSON.stringify({ inputs: inputs.map((each) => ({ ...each, data: zeros(each.shape) })) }),
        });
      const refusal = await infer(refused);
      assert.equal(refusal.status, 400);
      const { error, code } = (await refusal.json()) as { error: string; code?: string };
      assert.match(`${code} ${error}`, says);
      const answer = await infer(fits);
      assert.equal(answer.status, 200, await answer.text());
    });
  }
});

const zeros = (shape: number[]): number[] => Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 0);
