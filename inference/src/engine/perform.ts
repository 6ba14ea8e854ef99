import { performance } from 'node:perf_hooks';
import type { ModelConfig } from '../models/model-config.ts';
import { createDecodeOutput } from '../vision/decode-output.ts';
import { createFillTensor } from '../vision/fill-tensor.ts';
import type { BatchResult, EngineTask, TaskResult } from './engine-protocol.ts';
import type { Network } from './network.ts';
import { createScratch } from './scratch.ts';
import { rowsOf, splitOutputs, stackInputs } from './stack.ts';
import { asFloats } from './floats.ts';
import type { Tensors } from './tensors.ts';

/** Runs tasks that share a shape as one, on the thread that the network is on. */
export type Perform = (tasks: readonly EngineTask[]) => Promise<BatchResult>;

export function createPerform(network: Network, config: ModelConfig): Perform {
  const scratch = createScratch();
  const prepare = 'input' in config ? createPrepare(network, config) : null;
  const decode = config.task === 'detection' ? createDecodeOutput(config) : null;

  function inputsOf(task: EngineTask): Tensors {
    if (task.kind === 'tensors') return task.inputs;
    if (!prepare) throw new Error('This model takes no pictures.');
    return prepare(task.pixels);
  }

  function resultOf(task: EngineTask, outputs: Tensors): TaskResult {
    if (task.kind !== 'detect') return { kind: 'tensors', outputs };
    if (!decode) throw new Error('This model finds no objects.');
    const tensors = Object.entries(outputs).map(([name, tensor]) => ({ name, dims: tensor.dims, data: asFloats(tensor) }));
    return { kind: 'candidates', candidates: decode(tensors, task.confidenceMin) };
  }

  async function together(tasks: readonly EngineTask[]): Promise<BatchResult> {
    const startedAt = performance.now();
    const parts: Tensors[] = [];
    // A picture's tensor is good until the next one is filled: stacked one by one where there are several.
    for (const task of tasks) parts.push(tasks.length === 1 ? inputsOf(task) : copyOf(inputsOf(task), task));
    const rows = parts.map((part) => rowsOf(part) ?? 1);
    const inputs = tasks.length === 1 && tasks[0]?.kind !== 'tensors' && isPrivate(parts[0]) ? parts[0]! : stackInputs(parts, scratch);
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

  return async (tasks) => {
    try {
      return await together(tasks);
    } catch (error) {
      // One of them may be at fault: the others are not to pay for it.
      if (tasks.length > 1) return join(await eachAlone(tasks));
      const results: TaskResult[] = [{ kind: 'failed', message: String(error) }];
      return { results, preprocessMs: 0, modelMs: 0, postprocessMs: 0 };
    }
  };

  async function eachAlone(tasks: readonly EngineTask[]): Promise<BatchResult[]> {
    const all: BatchResult[] = [];
    for (const task of tasks) {
      try {
        all.push(await together([task]));
      } catch (error) {
        all.push({ results: [{ kind: 'failed', message: String(error) }], preprocessMs: 0, modelMs: 0, postprocessMs: 0 });
      }
    }
    return all;
  }
}

function createPrepare(network: Network, config: Extract<ModelConfig, { input: unknown }>): (pixels: Uint8Array) => Tensors {
  const fillTensor = createFillTensor(config.input);
  const name = network.inputs[0]?.name ?? '';
  return (pixels) => {
    const { type, dims, data } = fillTensor(pixels);
    return { [name]: { type, dims, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) } };
  };
}

/** Whether the runtime may read it in place. */
const isPrivate = (inputs: Tensors | undefined): boolean =>
  Object.values(inputs ?? {}).every(({ data }) => data instanceof Uint8Array && data.buffer instanceof ArrayBuffer);

function copyOf(inputs: Tensors, { kind }: EngineTask): Tensors {
  if (kind === 'tensors') return inputs;
  return Object.fromEntries(
    Object.entries(inputs).map(([name, tensor]) => {
      // What lies in shared memory is the request's own and stays.
      const isReused = tensor.data instanceof Uint8Array && tensor.data.buffer instanceof ArrayBuffer;
      return [name, isReused ? { ...tensor, data: tensor.data.slice() } : tensor];
    }),
  );
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
