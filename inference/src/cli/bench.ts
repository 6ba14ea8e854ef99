import { performance } from 'node:perf_hooks';
import { createRandom, madeInputs } from '../engine/measure-network.ts';
import { openNetwork } from '../engine/network.ts';
import { SidecarError } from '../errors.ts';
import { readModel } from '../models/model-files.ts';
import { notInstalled } from '../models/registry/refusals.ts';
import { UsageError, exitCodes, printJson } from './command.ts';
import type { Command } from './command.ts';
import { dimsAsText } from './format.ts';

const warmRuns = 5;
const timedRuns = 50;

/** Runs a network by itself, as an engine would: what is slower than this behind HTTP is ours. */
export const bench: Command = async (deps, [name, ...rest], { json }) => {
  const { modelsDirectory, intraThreads, isSpinning, providers, signal } = deps;
  if (name === undefined || rest.length > 0) throw new UsageError('Say which model to measure.');
  const model = await readModel(modelsDirectory, name);
  if (!model) throw notInstalled(name);
  const { engine } = model.config;
  if (engine.kind === 'remote') throw new SidecarError('MODEL_INVALID', `${name} runs elsewhere, at ${engine.url}.`);
  const threads = engine.threads ?? intraThreads;
  const network = await openNetwork({ modelPath: model.modelPath, intraThreads: threads, isSpinning, providers }).catch(
    (error: Error) => {
      throw new SidecarError('MODEL_INVALID', `${name} cannot be loaded: ${error.message}`, { cause: error });
    },
  );
  try {
    const inputs = madeInputs(network.inputs, createRandom());
    const run = () =>
      network.run(inputs).catch((error: Error) => {
        throw new SidecarError('MODEL_INVALID', `${name} does not run on made-up input: ${error.message}`, {
          cause: error,
        });
      });
    for (let index = 0; index < warmRuns; index++) await run();
    const times: number[] = [];
    for (let index = 0; index < timedRuns; index++) {
      signal.throwIfAborted();
      const startedAt = performance.now();
      await run();
      times.push(performance.now() - startedAt);
    }
    times.sort((a, b) => a - b);
    const at = (share: number) => Number((times[Math.ceil(share * times.length) - 1] ?? 0).toFixed(3));
    const result = {
      name,
      version: model.version,
      runs: timedRuns,
      p50Ms: at(0.5),
      p95Ms: at(0.95),
      provider: network.provider,
      threads,
      inputs: network.inputs,
      outputs: network.outputs,
    };
    if (json) printJson(deps, result);
    else {
      const shapes = (specs: typeof network.inputs) =>
        specs.map((spec) => `${spec.name} ${spec.type} ${dimsAsText(spec.dims)}`).join('\n            ');
      deps.print(
        [
          `${name} ${model.version}, ${timedRuns} runs alone, ${threads} ${threads === 1 ? 'thread' : 'threads'}, ${network.provider}`,
          `  p50       ${result.p50Ms.toFixed(2)} ms`,
          `  p95       ${result.p95Ms.toFixed(2)} ms`,
          `  inputs    ${shapes(network.inputs)}`,
          `  outputs   ${shapes(network.outputs)}`,
        ].join('\n'),
      );
    }
    return exitCodes.done;
  } finally {
    await network.release();
  }
};
