import { performance } from 'node:perf_hooks';
import type { AnswerCache, Recalled } from '../cache/answer-cache.ts';
import type { Curiosity } from '../cache/curiosity.ts';
import type { RunOptions } from '../engine/engine.ts';
import { SidecarError } from '../errors.ts';
import type { ServedModel } from '../models/served-model.ts';
import type { Answer, PictureAnswer } from '../pictures/answers.ts';
import { requirePictureModel, seePicture } from '../pictures/see-picture.ts';
import type { RecordUsage } from '../usage/usage.ts';
import type { Place } from '../vision/look-at.ts';
import { tenantOf, weightOf } from './callers.ts';
import type { Caller } from './callers.ts';
import { releaseChunk } from './release-chunk.ts';

type Deps = {
  cache: AnswerCache<Answer>;
  /** Null where nothing is remembered. */
  curiosity?: Curiosity | null;
  /** Tells models apart; null: what it says is not to be remembered. */
  modelKey(model: ServedModel): string | null;
  recordUsage: RecordUsage;
  bodyBytesMax: number;
};

export type Question = Pick<RunOptions, 'priority' | 'timeoutMs'> & {
  caller: Caller;
  model: ServedModel;
  /** The picture file. Its memory is given back as soon as nobody can be reading it any more. */
  bytes: Uint8Array;
  /** Null: the model's own, where it has one. */
  confidenceMin: number | null;
  signal: AbortSignal;
  /** Where one was kept for it. */
  place?: Place | undefined;
  /** As its caller named it; null for most. */
  callId?: string | null;
};

export type Looked = Omit<Recalled<PictureAnswer>, 'answer' | 'pay'> & {
  answer: PictureAnswer;
  /** Whose it is and how long it may still take, for what is done with the picture after. */
  options: RunOptions & { signal: AbortSignal };
  /** Milliseconds since the whole picture was there. */
  elapsedMs(): number;
};

export type Look = ReturnType<typeof createLook>;

/** What every dialect does with a picture, whichever way it came and whatever its answer looks like. */
export function createLook({ cache, curiosity, modelKey, recordUsage, bodyBytesMax }: Deps) {
  /**
   * `present` makes what is sent of what the model says; only once it has is the call to be paid for. Throws
   * BODY_TOO_LARGE, INPUT_INVALID for a model that takes no pictures, and what the model and `present` throw.
   */
  return async function look<Presented>(
    { caller, model, bytes, confidenceMin, priority, timeoutMs, signal, place, callId = null }: Question,
    present: (looked: Looked) => Presented | Promise<Presented>,
  ): Promise<Presented> {
    // A route's limit leaves room for base64 or for a form around the picture; the picture is held to the real one.
    if (bytes.byteLength > bodyBytesMax) {
      throw new SidecarError('BODY_TOO_LARGE', `The picture is larger than ${bodyBytesMax} bytes.`);
    }
    requirePictureModel(model);
    const startedAt = performance.now();
    const elapsedMs = () => performance.now() - startedAt;
    const { name, config, detector } = model;
    const { task } = config;
    const lane = { tenant: tenantOf(caller), weight: weightOf(caller), priority };
    const least = confidenceMin ?? detector?.thresholds.confidence ?? 0;
    const recalled = cache.recall(
      {
        ...{ tenant: lane.tenant, model: modelKey(model), task, priority },
        // Others give all their classes, of which the route chooses.
        options: detector ? String(least) : '',
        ...{ bytes, timeoutMs, signal },
        onShared: () => place?.[Symbol.dispose](),
      },
      (options) => seePicture(model, bytes, { ...lane, confidenceMin: least, place, ...options }),
    );
    const { answer, timings, cached, pay } = await recalled.catch((error: unknown) => {
      // That is said before the picture is decoded or after, and never while.
      if (error instanceof SidecarError && error.code === 'QUEUE_FULL') releaseChunk(bytes);
      throw error;
    });
    if (cached) curiosity?.earn(lane.tenant);
    if (answer.task === 'text-embedding') throw new Error('A picture was answered as a text is.');
    const options = { ...lane, timeoutMs: timeoutMs - elapsedMs(), signal };
    const presented = await present({ answer, timings, cached, options, elapsedMs });
    // Of bodies that are left to the garbage collector, two dozen a second have it collect everything once a second.
    releaseChunk(bytes);
    await pay(() => recordUsage(caller, { task, model: name, cached: false, count: 1, callId }));
    return presented;
  };
}
