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
 * The floors, as a process of its own: the network and the decoder with nothing around them, and an HTTP server that
 * does nothing but answer. Told what to do over the channel of its parent.
 */

export type RawEngineSetup = {
  modelsDirectory: string;
  model: string;
  picturePath: string;
  intraThreads: number;
  isSpinning: boolean;
};
/** What can be measured alone. */
export type RawWork = 'run' | 'decode';
export type RawEngineRequest = { work: RawWork };
export type RawEngineReply = { type: 'ready'; url: string } | { type: 'done'; durationMs: number };

const tell = (reply: RawEngineReply) => process.send?.(reply);
// The parent is our own program.
const setup = JSON.parse(process.argv[2] ?? '') as RawEngineSetup;
// However the bench ended, nothing of it stays.
process.once('disconnect', () => process.exit(1));
const work = await prepare(setup);
process.on('message', ({ work: name }: RawEngineRequest) => {
  void measure(work[name]).then((durationMs) => tell({ type: 'done', durationMs }));
});

const server = createServer((_request, response) => response.end('{"status":"live"}'));
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  tell({ type: 'ready', url: `http://127.0.0.1:${port}/` });
});

async function measure(once: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await once();
  return performance.now() - startedAt;
}

/** The very weights, thread settings, decoder and pixels that the sidecar uses. */
async function prepare(wanted: RawEngineSetup): Promise<Record<RawWork, () => Promise<unknown>>> {
  const { modelsDirectory, model, picturePath, ...threads } = wanted;
  const installed = await readModel(modelsDirectory, model);
  if (!installed) throw new Error(`There is no ${model} in ${modelsDirectory}.`);
  const { input } = installed.config;
  const buffers = createPixelBuffers({ byteLength: input.width * input.height * 3, keepMax: 1 });
  const enterDecoder = createSemaphore(1);
  const { file } = createDecodePicture({ input, buffers, enterDecoder, imagePixelsMax: 100_000_000 });
  const picture = await readFile(picturePath);

  const { pixels } = await file(picture);
  const { type, data, dims } = createFillTensor(input)(new Uint8Array(pixels));
  const tensor = type === 'uint8' ? new Tensor(type, data, dims) : new Tensor(type, data, dims);
  const session = await InferenceSession.create(installed.modelPath, sessionOptions(threads));
  const feeds = { [session.inputNames[0] ?? '']: tensor };
  return {
    run: () => session.run(feeds),
    // A copy each time, as every request brings its own: the decoder may remember what it has seen.
    decode: async () => buffers.give((await file(Buffer.from(picture))).pixels),
  };
}
