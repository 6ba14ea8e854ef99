import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { performance } from 'node:perf_hooks';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { sessionOptions } from '@sightline/inference/engine/session-options';
import { readModel } from '@sightline/inference/models/model-files';
import { createDecodePicture } from '@sightline/inference/vision/decode-picture';
import { createFillTensor } from '@sightline/inference/vision/fill-tensor';
import { createPixelBuffers } from '@sightline/inference/vision/pixel-buffers';
import { createSemaphore } from '@sightline/inference/vision/semaphore';

/*
 * The floors, as a process of its own: the network in a tight loop with nothing around it, and an HTTP server that
 * does nothing but answer. Told what to do over the channel of its parent.
 */

export type RawEngineSetup = {
  modelsDirectory: string;
  model: string;
  picturePath: string;
  intraThreads: number;
  isSpinning: boolean;
};
export type RawEngineRequest = { type: 'run'; count: number };
export type RawEngineReply = { type: 'ready'; url: string } | { type: 'ran'; durationsMs: number[] };

const tell = (reply: RawEngineReply) => process.send?.(reply);
// The parent is our own program.
const setup = JSON.parse(process.argv[2] ?? '') as RawEngineSetup;
// However the bench ended, nothing of it stays.
process.once('disconnect', () => process.exit(1));
const run = await openNetwork(setup);
process.on('message', (request: RawEngineRequest) => {
  if (request.type === 'run') void measure(request.count).then((durationsMs) => tell({ type: 'ran', durationsMs }));
});

const server = createServer((_request, response) => response.end('{"status":"live"}'));
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  tell({ type: 'ready', url: `http://127.0.0.1:${port}/` });
});

async function measure(count: number): Promise<number[]> {
  const durationsMs: number[] = [];
  for (let index = 0; index < count; index++) {
    const startedAt = performance.now();
    await run();
    durationsMs.push(performance.now() - startedAt);
  }
  return durationsMs;
}

/** The very weights, thread settings and pixels that the sidecar uses. */
async function openNetwork({
  modelsDirectory,
  model,
  picturePath,
  ...threads
}: RawEngineSetup): Promise<() => Promise<unknown>> {
  const installed = await readModel(modelsDirectory, model);
  if (!installed) throw new Error(`There is no ${model} in ${modelsDirectory}.`);
  const { input } = installed.config;
  const { pixels } = await createDecodePicture({
    input,
    buffers: createPixelBuffers({ byteLength: input.width * input.height * 3, keepMax: 1 }),
    enterDecoder: createSemaphore(1),
    imagePixelsMax: 100_000_000,
  }).file(await readFile(picturePath));
  const { type, data, dims } = createFillTensor(input)(new Uint8Array(pixels));
  const tensor = type === 'uint8' ? new Tensor(type, data, dims) : new Tensor(type, data, dims);
  const session = await InferenceSession.create(installed.modelPath, sessionOptions(threads));
  const feeds = { [session.inputNames[0] ?? '']: tensor };
  return () => session.run(feeds);
}
