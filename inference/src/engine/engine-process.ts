import type { EngineReply, EngineRequest, EngineSetup } from './engine-protocol.ts';
import { serveEngine } from './serve-engine.ts';
import type { EnginePort } from './serve-engine.ts';

// The entry of an engine process; nothing imports it.
if (!process.send) throw new Error('This file is started as a child process.');
// The supervisor decides when it is over; a signal to the whole group must not end a run before that.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
process.once('disconnect', () => process.exit(0));

const post = (reply: EngineReply) => void process.send?.(reply);
const port: EnginePort = {
  on: (_event, listener) => process.on('message', (request) => listener(request as EngineRequest)),
  postMessage: post,
  close: () => process.disconnect(),
};
process.once('message', (setup) => {
  serveEngine(port, setup as EngineSetup).catch((error: unknown) => {
    post({ type: 'refused', message: String(error) });
    process.disconnect();
  });
});
