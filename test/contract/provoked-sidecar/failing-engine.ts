import { parentPort, workerData } from 'node:worker_threads';
import type { EngineRequest, EngineSetup } from '@sightline/inference/engine/engine-protocol';
import { serveEngine } from '@sightline/inference/engine/serve-engine';

// The real engine, which is sent pixels that the network cannot take where somebody asks for a confidence of 0.14, dies of
// tensors that begin with 666, and takes 100 ms longer for those that begin with 555.
const port = parentPort;
if (!port) throw new Error('This file is started as a worker thread.');
port.on('message', (request: EngineRequest) => {
  if (request.type !== 'run') return;
  for (const task of request.tasks) {
    if (task.kind === 'detect' && task.confidenceMin === 0.14) task.pixels = task.pixels.slice(0, 10);
    const data = task.kind === 'tensors' ? task.inputs['x']?.data : undefined;
    const [first] = data instanceof Uint8Array ? new Float32Array(data.slice().buffer) : [];
    if (first === 666) process.exit(139);
    if (first === 555) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
  }
});
await serveEngine(port, workerData as EngineSetup);
