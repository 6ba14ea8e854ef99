import { parentPort, workerData } from 'node:worker_threads';
import type { EngineReply, EngineSetup } from './engine-protocol.ts';
import { serveEngine } from './serve-engine.ts';

// The entry of an engine thread; nothing imports it.
const port = parentPort;
if (!port) throw new Error('This file is started as a worker thread.');
try {
  // The supervisor is this very program and sends exactly this.
  await serveEngine(port, workerData as EngineSetup);
} catch (error) {
  port.postMessage({ type: 'refused', message: String(error) } satisfies EngineReply);
  port.close();
}
