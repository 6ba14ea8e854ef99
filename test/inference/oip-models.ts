import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { digestOf } from '@sightline/inference/models/model-files';
import { createOnnxGraph } from '@sightline/inference/models/onnx/graph';
import type { DataType, Size } from '@sightline/inference/models/onnx/graph';

/** y = x. */
export function identityNetwork(type: DataType, dims: readonly Size[] = ['rows', 2]): Uint8Array {
  const graph = createOnnxGraph('identity');
  graph.input('x', type, dims);
  graph.add('Identity', ['x'], { results: ['y'] });
  graph.output('y', dims, type);
  return graph.encode();
}

/** sum = a + b, difference = a - b, for pairs of two floats. */
export function pairNetwork(): Uint8Array {
  const graph = createOnnxGraph('pair');
  for (const name of ['a', 'b']) graph.input(name, 'float32', ['rows', 2]);
  graph.add('Add', ['a', 'b'], { results: ['sum'] });
  graph.add('Sub', ['a', 'b'], { results: ['difference'] });
  for (const name of ['sum', 'difference']) graph.output(name, ['rows', 2]);
  return graph.encode();
}

/** y = 1 / x: infinite for 0, and no number for 0 / 0. */
export function reciprocalNetwork(): Uint8Array {
  const graph = createOnnxGraph('reciprocal');
  graph.input('x', 'float32', ['rows']);
  graph.add('Reciprocal', ['x'], { results: ['y'] });
  graph.output('y', ['rows']);
  return graph.encode();
}

/** y = x · w, so that two versions can be told apart. */
export function scaleNetwork(factor: number): Uint8Array {
  const graph = createOnnxGraph('scale');
  graph.input('x', 'float32', ['rows', 1]);
  graph.add('MatMul', ['x', graph.floats([1, 1], [factor])], { results: ['y'] });
  graph.output('y', ['rows', 1]);
  return graph.encode();
}

/** Writes `<directory>/<name>` with its versions, as a model of tensors unless `config` says otherwise. */
export async function writeNetwork(
  directory: string,
  name: string,
  versions: Record<string, Uint8Array>,
  config: Record<string, unknown> = {},
): Promise<void> {
  const digests = Object.fromEntries(Object.entries(versions).map(([version, onnx]) => [version, digestOf(onnx)]));
  const files: [string, string | Uint8Array][] = [
    ...Object.entries(versions).map(([version, onnx]): [string, Uint8Array] => [`${version}/model.onnx`, onnx]),
    ['config.json', JSON.stringify({ task: 'tensors', licence: 'MIT', source: 'made', digests, ...config })],
  ];
  for (const [path, content] of files) {
    await mkdir(dirname(join(directory, name, path)), { recursive: true });
    await writeFile(join(directory, name, path), content);
  }
}
