import type { EngineReply, EngineRequest, EngineSetup, TaskResult } from './engine-protocol.ts';
import { measureNetwork, warmNetwork } from './measure-network.ts';
import { openNetwork } from './network.ts';
import { createPerform } from './perform.ts';

/** The engine's end of the line to its supervisor: a thread's port, or a process's channel. */
export type EnginePort = {
  on(event: 'message', listener: (request: EngineRequest) => void): unknown;
  postMessage(reply: EngineReply, transfer: ArrayBuffer[]): void;
  close(): void;
};

/**
 * Answers a supervisor over `port` until it says close. Runs off the thread that serves HTTP: the runtime's `run`
 * blocks its thread for as long as the network takes, whatever its promise suggests.
 */
export async function serveEngine(port: EnginePort, setup: EngineSetup): Promise<void> {
  const { config, delayMs, isMeasured } = setup;
  const network = await openNetwork(setup);
  // The first runs of a network are slow: measuring or trying it is what warms it.
  const measurement = isMeasured ? await measureNetwork(network, config) : null;
  if (!isMeasured) await warmNetwork(network);
  const perform = createPerform(network, config);

  async function run({ id, tasks }: Extract<EngineRequest, { type: 'run' }>): Promise<void> {
    const result = await perform(tasks);
    if (delayMs > 0) block(delayMs);
    const transfer: ArrayBuffer[] = [];
    const results = result.results.map((each) => travelling(each, transfer));
    port.postMessage({ type: 'done', id, ...result, modelMs: result.modelMs + delayMs, results }, transfer);
  }

  let underWay = Promise.resolve();
  port.on('message', (request) => {
    if (request.type === 'run') {
      underWay = run(request);
      return;
    }
    // A session released in its own thread gives its memory back; one that just ends with the thread does not.
    void underWay.then(() => network.release()).finally(() => port.close());
  });
  const { inputs, outputs, provider } = network;
  port.postMessage({ type: 'ready', inputs, outputs, provider, measurement }, []);
}

/** Outputs as bytes of their own, which move instead of being copied once more. */
function travelling(result: TaskResult, transfer: ArrayBuffer[]): TaskResult {
  if (result.kind !== 'tensors') return result;
  const outputs = Object.fromEntries(
    Object.entries(result.outputs).map(([name, tensor]) => {
      if (!(tensor.data instanceof Uint8Array)) return [name, tensor];
      const data = tensor.data.slice();
      transfer.push(data.buffer);
      return [name, { ...tensor, data }];
    }),
  );
  return { kind: 'tensors', outputs };
}

/** Holds the thread, as a larger network would. */
function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
