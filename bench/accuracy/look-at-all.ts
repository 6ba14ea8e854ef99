import { readFile } from 'node:fs/promises';
import { InputError } from '../lib/input-error.ts';
import type { Caller } from './call.ts';
import { seenCountMax } from './evaluate.ts';
import type { Judged } from './evaluate.ts';
import type { LabelledPicture } from './parse-coco.ts';
import { createProgress } from './progress.ts';

/** What `/models` says of the model, as far as it matters here. */
export type Model = { name: string; labels: string[]; thresholds: { confidence: number } };

type Deps = {
  pictures: readonly LabelledPicture[];
  caller: Caller;
  url: string;
  concurrency: number;
  /** Where progress is shown. */
  output: NodeJS.WriteStream;
  signal: AbortSignal;
};

/** Low enough for the far end of the precision curve; what is less sure is noise in any detector. */
const confidenceMin = 0.001;
const askMsMax = 10_000;

export async function askModel(url: string, headers: Record<string, string>, signal: AbortSignal): Promise<Model> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(askMsMax)]);
  const response = await fetch(`${url}/models`, { headers, signal: deadline });
  if (!response.ok) throw new Error(`GET ${url}/models answered ${response.status}.`);
  // Its shape is the sidecar's contract, which its own tests hold it to.
  const { models } = (await response.json()) as { models: Model[] };
  if (!models[0]) throw new Error('The sidecar is ready but has no model.');
  return models[0];
}

/**
 * Lets the sidecar look at every picture, a few at a time. `misfits` tells of pictures that are not as large as their
 * labels say: boxes mean nothing there, so they are not judged. Rejects with an InputError that
 * names the picture when the sidecar refuses one.
 */
export async function lookAtAll(deps: Deps): Promise<{ judged: Judged[]; misfits: string[] }> {
  const { pictures, caller, url, concurrency, output, signal } = deps;
  using progress = createProgress(output, pictures.length);
  const judged = new Map<number, Judged>();
  const misfits: string[] = [];
  let next = 0;
  let done = 0;

  const look = async ({ file, size, objects }: LabelledPicture, index: number) => {
    const body = { contentType: 'application/octet-stream', bytes: await readFile(file) };
    const address = `${url}/predict?threshold=${confidenceMin}&max=${seenCountMax}`;
    const prediction = await caller.predict(address, body).catch((error: Error) => {
      throw new InputError(`${file} cannot be judged: ${error.message}`, { cause: error });
    });
    const { image, detections } = prediction;
    if (size && (size.width !== image.width || size.height !== image.height)) {
      misfits.push(`${file} is ${image.width} × ${image.height}, its labels say ${size.width} × ${size.height}`);
      return;
    }
    const seen = detections.map(({ label, confidence, box }) => ({ label, confidence, box }));
    judged.set(index, { drawn: objects, seen });
  };
  const lookInTurn = async () => {
    while (next < pictures.length) {
      signal.throwIfAborted();
      const index = next++;
      await look(pictures[index]!, index).catch((error: unknown) => {
        // The others need not go on for nothing.
        next = pictures.length;
        throw error;
      });
      progress.show(++done);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, lookInTurn));
  // Which of two equally sure boxes counts first must not depend on who was faster.
  return { judged: [...judged].toSorted(([a], [b]) => a - b).map(([, each]) => each), misfits };
}
