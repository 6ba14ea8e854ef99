import type { ModelConfig } from '../models/model-config.ts';
import type { Placement } from './engine.ts';
import type { EngineReady } from './engine-protocol.ts';

type Deps = {
  config: ModelConfig;
  ready: EngineReady;
  isolation: 'threads' | 'processes';
  engineCount: number;
  intraThreads: number;
};

/** Networks that are slower would hold up everybody on the thread that serves HTTP; faster ones lose by the way there. */
const inlineMsMax = 0.5;
/** A shared run on that thread. */
const inlineBatchMsMax = 2;
/** What sharing must gain before anybody shares. */
const gainMin = 1.3;
const batchSizes = { inline: 64, engines: 32 };

/** Decides where a network runs and who shares a run, by what was measured and what its config asks for. */
export function place({ config, ready, isolation, engineCount, intraThreads }: Deps): Placement {
  const { provider, measurement } = ready;
  const asked = config.engine.kind === 'local' ? config.engine.placement : 'engines';
  const isShareable = measurement !== null && measurement.batchedMs !== null;
  const perRowMs = isShareable ? (measurement.batchedMs ?? 0) / measurement.batchSize : Infinity;
  const gain = isShareable ? measurement.singleMs / perRowMs : 1;
  const pays = gain >= gainMin;
  const batchDelayMs = config.batching?.delayMs ?? 0;
  // Pictures are scaled to tensors beside their network: far more work than the tiny network itself.
  const isTiny = measurement !== null && measurement.singleMs < inlineMsMax && pays && !('input' in config);
  if (provider === 'cpu' && (asked === 'inline' || (asked === 'auto' && isTiny))) {
    const bounded = Math.max(1, Math.min(batchSizes.inline, Math.floor(inlineBatchMsMax / perRowMs)));
    const batchSizeMax = isShareable ? (config.batching?.sizeMax ?? bounded) : 1;
    return { kind: 'inline', engineCount: 1, intraThreads: 1, provider, batchSizeMax, batchDelayMs };
  }
  // Asked for, it is done wherever it gives the same results; otherwise only where it gains.
  const batchSizeMax = isShareable ? (config.batching?.sizeMax ?? (pays ? batchSizes.engines : 1)) : 1;
  return { kind: isolation, engineCount, intraThreads, provider, batchSizeMax, batchDelayMs };
}
