import { performance } from 'node:perf_hooks';
import type { ModelConfig, PictureInput } from '../models/model-config.ts';
import { createDecodeOutput } from '../vision/decode-output.ts';
import { createFillTensor } from '../vision/fill-tensor.ts';
import type { BatchResult, EngineTask, TaskResult } from './engine-protocol.ts';
import { asFloats } from './floats.ts';
import type { Network } from './network.ts';
import { createScratch } from './scratch.ts';
import type { Scratch } from './scratch.ts';
import { rowsOf, splitOutputs, stackInputs } from './stack.ts';
import type { Tensors } from './tensors.ts';

/** Runs tasks that share a shape as one, on the thread that the network is on. Never throws: failures are results. */
export type Perform = (tasks: readonly EngineTask[]) => Promise<BatchResult>;

const noTime = { preprocessMs: 0, modelMs: 0, postprocessMs: 0 };

export function createPerform(network: Network, config: ModelConfig): Perform {
  const scratch = createScratch();
  const fillPictures = 'input' in config ? createFillPictures(network, config.input, scratch) : null;
  const decode = config.task === 'detection' ? createDecodeOutput(config) : null;

  function inputsOf(tasks: readonly EngineTask[]): { inputs: Tensors; rows: number[] } {
    const tensors = tasks.flatMap((task) => (task.kind === 'tensors' ? [task.inputs] : []));
    if (tensors.length > 0) {
      return { inputs: stackInputs(tensors, scratch), rows: tensors.map((each) => rowsOf(each) ?? 1) };
    }
    if (!fillPictures) throw new Error('This model takes no pictures.');
    const pictures = tasks.flatMap((task) => (task.kind === 'tensors' ? [] : [task.pixels]));
    return { inputs: fillPictures(pictures), rows: pictures.map(() => 1) };
  }

  function resultOf(task: EngineTask, outputs: Tensors): TaskResult {
    if (task.kind !== 'detect') return { kind: 'tensors', outputs };
    if (!decode) throw new Error('This model finds no objects.');
    const tensors = Object.entries(outputs).map(([name, tensor]) => ({
      name,
      dims: tensor.dims,
      data: asFloats(tensor),
    }));
    return { kind: 'candidates', candidates: decode(tensors, task.confidenceMin) };
  }

  async function together(tasks: readonly EngineTask[]): Promise<BatchResult> {
    const startedAt = performance.now();
    const { inputs, rows } = inputsOf(tasks);
    const filledAt = performance.now();
    const [first] = tasks;
    const outputs = await network.run(inputs, first?.kind === 'tensors' ? first.outputs : null);
    const ranAt = performance.now();
    const shares = splitOutputs(outputs, rows);
    const results = tasks.map((task, index) => resultOf(task, shares[index] as Tensors));
    return {
      results,
      preprocessMs: filledAt - startedAt,
      modelMs: ranAt - filledAt,
      postprocessMs: performance.now() - ranAt,
    };
  }

  return async function perform(tasks): Promise<BatchResult> {
    try {
      return await together(tasks);
    } catch (error) {
      if (tasks.length === 1) return { results: [{ kind: 'failed', message: String(error) }], ...noTime };
      // One of them may be at fault: halving finds it in few runs, and the others are not to pay for it.
      const middle = tasks.length >> 1;
      return join([await perform(tasks.slice(0, middle)), await perform(tasks.slice(middle))]);
    }
  };
}

/** Pictures as one tensor. Good until the next call. */
function createFillPictures(network: Network, input: PictureInput, scratch: Scratch) {
  const fillTensor = createFillTensor(input);
  const name = network.inputs[0]?.name ?? '';
  const length = 3 * input.width * input.height;
  const isBytes = input.tensor.kind === 'uint8-nhwc-rgb';
  return (pictures: readonly Uint8Array[]): Tensors => {
    const bytes = scratch.take(name, pictures.length * length * (isBytes ? 1 : 4));
    const all = isBytes ? bytes : new Float32Array(bytes.buffer, 0, pictures.length * length);
    let dims: number[] = [];
    pictures.forEach((pixels, index) => {
      ({ dims } = fillTensor(pixels, all.subarray(index * length, (index + 1) * length)));
    });
    const type = isBytes ? 'uint8' : 'float32';
    return { [name]: { type, dims: [pictures.length, ...dims.slice(1)], data: bytes } };
  };
}

function join(parts: readonly BatchResult[]): BatchResult {
  const sum = (pick: (part: BatchResult) => number) => parts.reduce((total, part) => total + pick(part), 0);
  return {
    results: parts.flatMap(({ results }) => results),
    preprocessMs: sum(({ preprocessMs }) => preprocessMs),
    modelMs: sum(({ modelMs }) => modelMs),
    postprocessMs: sum(({ postprocessMs }) => postprocessMs),
  };
}
