import { parentPort } from 'node:worker_threads';

// An engine that never says anything, as one whose file never comes off its disk.
parentPort?.on('message', () => {});
