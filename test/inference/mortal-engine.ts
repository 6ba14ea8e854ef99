import { parentPort, workerData } from 'node:worker_threads';
import type { EngineSetup } from '@sightline/inference/engine/engine-protocol';
import { serveEngine } from '@sightline/inference/engine/serve-engine';

// The real engine, which dies of its fifth picture and is as mortal in its next life.
const port = parentPort;
if (!port) throw new Error('This file is started as a worker thread.');
let pictureCount = 0;
port.on('message', () => {
  if (++pictureCount === 5) process.exit(139);
});
await serveEngine(port, workerData as EngineSetup);
