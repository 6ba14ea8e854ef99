import type { InferenceSession } from 'onnxruntime-node';
import type { EngineSetup } from './engine-protocol.ts';

/** How the runtime is told to run a network. In one place, so that whoever measures it alone measures the same. */
export function sessionOptions({
  intraThreads,
  isSpinning,
}: Pick<EngineSetup, 'intraThreads' | 'isSpinning'>): InferenceSession.SessionOptions {
  return {
    intraOpNumThreads: intraThreads,
    interOpNumThreads: 1,
    // What goes wrong is thrown; printed as well it would only let strangers write to the log.
    logSeverityLevel: 4,
    extra: { session: { intra_op: { allow_spinning: isSpinning ? '1' : '0' } } },
  };
}
