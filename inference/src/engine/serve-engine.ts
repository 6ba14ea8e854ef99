import { performance } from 'node:perf_hooks';
import type { MessagePort } from 'node:worker_threads';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { createDecodeOutput } from '../vision/decode-output.ts';
import type { OutputTensor } from '../vision/decode-output.ts';
import { createFillTensor } from '../vision/fill-tensor.ts';
import type { EngineReply, EngineRequest, EngineSetup } from './engine-protocol.ts';
import { sessionOptions } from './session-options.ts';

/**
 * Answers a supervisor over `port` until it says close. Runs inside an engine thread: the runtime's `run` blocks its
 * thread for as long as the network takes, whatever its promise suggests.
 */
export async function serveEngine(port: MessagePort, setup: EngineSetup): Promise<void> {
  const { modelPath, config, intraThreads, isSpinning, delayMs } = setup;
  const reply = (message: EngineReply, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);
  const session = await InferenceSession.create(modelPath, sessionOptions({ intraThreads, isSpinning }));
  const inputName = session.inputNames[0] ?? '';
  const fillTensor = createFillTensor(config.input);
  const decodeOutput = createDecodeOutput(config);

  async function detect({ id, pixels, confidenceMin }: Extract<EngineRequest, { type: 'detect' }>): Promise<void> {
    try {
      const startedAt = performance.now();
      const { type, data, dims } = fillTensor(new Uint8Array(pixels));
      const tensor = type === 'uint8' ? new Tensor(type, data, dims) : new Tensor(type, data, dims);
      const filledAt = performance.now();
      const outputs = await session.run({ [inputName]: tensor });
      if (delayMs > 0) block(delayMs);
      const ranAt = performance.now();
      const candidates = decodeOutput(Object.values(outputs).map(asFloats), confidenceMin);
      const timings = {
        preprocessMs: filledAt - startedAt,
        modelMs: ranAt - filledAt,
        postprocessMs: performance.now() - ranAt,
      };
      reply({ type: 'detected', id, pixels, candidates, ...timings }, [pixels]);
    } catch (error) {
      reply({ type: 'failed', id, pixels, message: String(error) }, [pixels]);
    }
  }

  port.on('message', (request: EngineRequest) => {
    if (request.type === 'detect') return void detect(request);
    // A session released in its own thread gives its memory back; one that just ends with the thread does not.
    void session.release().finally(() => port.close());
  });
  reply({ type: 'ready' });
}

function asFloats({ dims, data }: Tensor): OutputTensor {
  if (!(data instanceof Float32Array)) throw new TypeError('The network must answer 32-bit floats.');
  return { dims, data };
}

/** Holds the thread, as a larger network would. */
function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
