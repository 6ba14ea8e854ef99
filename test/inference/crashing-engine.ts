import { parentPort, workerData } from 'node:worker_threads';
import type { EngineRequest, EngineSetup } from '@sightline/inference/engine/engine-protocol';
import { serveEngine } from '@sightline/inference/engine/serve-engine';

// The real engine, but for thresholds that nobody would choose: 0.13 ends the thread as a crash of the native runtime
// does, 0.12 does so in its first life only, 0.14 sends pixels that the network cannot take.
const port = parentPort;
if (!port) throw new Error('This file is started as a worker thread.');
const setup = workerData as EngineSetup;
port.on('message', (request: EngineRequest) => {
  if (request.type !== 'run') return;
  for (const task of request.tasks) {
    if (task.kind !== 'detect') continue;
    if (task.confidenceMin === 0.13 || (task.confidenceMin === 0.12 && setup.isMeasured)) process.exit(139);
    if (task.confidenceMin === 0.14) task.pixels = task.pixels.slice(0, 10);
  }
});
await serveEngine(port, setup);
