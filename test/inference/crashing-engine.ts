import { parentPort, workerData } from 'node:worker_threads';
import type { EngineRequest, EngineSetup } from '@sightline/inference/engine/engine-protocol';
import { serveEngine } from '@sightline/inference/engine/serve-engine';

// The real engine, but for two thresholds that nobody would choose: 0.13 ends the thread as a crash of the native
// runtime does, 0.14 sends pixels that the network cannot take.
const port = parentPort;
if (!port) throw new Error('This file is started as a worker thread.');
port.on('message', (request: EngineRequest) => {
  if (request.type !== 'detect') return;
  if (request.confidenceMin === 0.13) process.exit(139);
  if (request.confidenceMin === 0.14) request.pixels = request.pixels.slice(0, 10);
});
await serveEngine(port, workerData as EngineSetup);
