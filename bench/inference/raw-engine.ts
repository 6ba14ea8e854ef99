import { readFile } from 'node:fs/promises';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { sessionOptions } from '@sightline/inference/engine/session-options';
import { createDecodePicture } from '@sightline/inference/vision/decode-picture';
import { createPixelBuffers } from '@sightline/inference/vision/pixel-buffers';
import { createSemaphore } from '@sightline/inference/vision/semaphore';
import type { BenchModel } from './models.ts';
import { bytesOf } from './requests.ts';
import { sampleOf } from './samples.ts';

/*
 * The floors, as a process of its own: networks and the decoder with nothing around them. Told what to do over the
 * channel of its parent.
 */

export type RawEngineSetup = { models: readonly BenchModel[]; picturePath: string };
export type RawWork = { kind: 'run'; model: string; seed: number; batchSize: number } | { kind: 'decode' };
export type RawRequest = RawWork & {
  /** Goes on for at least as long, and for at least one run. */
  durationMs: number;
};
/** Of each run; and what the last run of a network answered. */
export type RawReply = { durationsMs: Float64Array; output: Uint8Array | null };

// The parent is our own program.
const setup = JSON.parse(process.argv[2] ?? '') as RawEngineSetup;
// However the bench ended, nothing of it stays.
process.once('disconnect', () => process.exit(1));

const works = new Map<string, Promise<() => Promise<Uint8Array | null>>>();
process.on('message', ({ durationMs, ...work }: RawRequest) => {
  void measure(work, durationMs).then((reply) => process.send?.(reply));
});
process.send?.('ready');

async function measure(work: RawWork, durationMs: number): Promise<RawReply> {
  const key = JSON.stringify(work);
  const prepared = works.get(key) ?? prepare(work);
  works.set(key, prepared);
  const run = await prepared;
  const durations: number[] = [];
  let output: Uint8Array | null = null;
  const endsAt = performance.now() + durationMs;
  do {
    const startedAt = performance.now();
    output = await run();
    durations.push(performance.now() - startedAt);
  } while (performance.now() < endsAt);
  return { durationsMs: Float64Array.from(durations), output };
}

const sessions = new Map<string, Promise<InferenceSession>>();

async function prepare(work: RawWork): Promise<() => Promise<Uint8Array | null>> {
  if (work.kind === 'decode') return prepareDecoder();
  const model = setup.models.find(({ name }) => name === work.model);
  if (!model) throw new Error(`There is no ${work.model}.`);
  // The thread settings of the sidecar's engines.
  const options = sessionOptions({ intraThreads: 1, isSpinning: false });
  const session = await (sessions.get(model.name) ?? InferenceSession.create(model.onnxPath, options));
  sessions.set(model.name, Promise.resolve(session));
  const data = sampleOf({ input: { ...model.input, dims: [work.batchSize, ...model.input.dims] } }, work.seed);
  const dims = [work.batchSize, ...model.input.dims];
  const tensor = data instanceof Uint8Array ? new Tensor('uint8', data, dims) : new Tensor('float32', data, dims);
  const feeds = { [model.input.name]: tensor };
  return async () => {
    const output = (await session.run(feeds))[model.output.name]?.data;
    return output instanceof Float32Array ? bytesOf(output) : null;
  };
}

/** The very decoder of the sidecar. */
async function prepareDecoder(): Promise<() => Promise<null>> {
  const buffers = createPixelBuffers({ byteLength: 640 * 640 * 3, keepMax: 1 });
  const decoder = createDecodePicture({
    input: {
      ...{ width: 640, height: 640 },
      tensor: { kind: 'uint8-nhwc-rgb' },
      letterbox: { align: 'centre', pad: 114 },
    },
    ...{ buffers, policy: 'wait' },
    ...{ enterModel: createSemaphore(1), enterDecoder: createSemaphore(1) },
    imagePixelsMax: 100_000_000,
  });
  const picture = await readFile(setup.picturePath);
  const options = { tenant: 'bench', weight: 1, priority: 'interactive', timeoutMs: 10_000 } as const;
  return async () => {
    // A copy each time, as every request brings its own: the decoder may remember what it has seen.
    const prepared = await decoder.file(Buffer.from(picture), options);
    decoder.recycle(prepared);
    return null;
  };
}
