import { createHash, subtle } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { SidecarError } from '../errors.ts';
import type { Sighting } from '../vision/detector.ts';
import { createLru } from './lru.ts';
import { createSharedRuns } from './shared-runs.ts';

/** `joined`: an identical request was being answered already. */
type CacheResult = 'hit' | 'miss' | 'joined';

type Deps = {
  /** 0 keeps nothing and shares nothing. */
  entriesMax: number;
  bytesMax: number;
  count(result: CacheResult): void;
};

type Seen = Pick<Sighting, 'detections' | 'picture'>;
export type Recalled = Seen & Pick<Sighting, 'timings'> & { /** It cost no run of the model. */ cached: boolean };

type Question = {
  /** Whose it is. Nothing is ever shared between two of them: how fast an answer comes would tell what others sent. */
  tenant: string;
  modelDigest: string;
  confidenceMin: number;
  bytes: Uint8Array;
  timeoutMs: number;
  signal: AbortSignal;
};

type Run = (options: { timeoutMs: number; signal: AbortSignal }) => Promise<Sighting>;

export type PictureCache = ReturnType<typeof createPictureCache>;

const noTime: Sighting['timings'] = { decodeMs: 0, preprocessMs: 0, queueMs: 0, modelMs: 0, postprocessMs: 0 };

/** Answers the same question about the same bytes without asking the model again. Failures are not kept. */
export function createPictureCache({ entriesMax, bytesMax, count }: Deps) {
  const answers = createLru<Seen>({ entriesMax, bytesMax });
  const runs = createSharedRuns<Recalled>();

  /** Throws what `run` throws, and the reason of `signal`. */
  async function recall({ bytes, timeoutMs, signal, ...rest }: Question, run: Run): Promise<Recalled> {
    if (entriesMax === 0) return { ...(await run({ timeoutMs, signal })), cached: false };
    const startedAt = performance.now();
    const { tenant, modelDigest, confidenceMin } = rest;
    const key = [tenant, modelDigest, confidenceMin, await digestOf(bytes)].join('\n');
    const kept = answers.get(key);
    if (kept) {
      count('hit');
      return { ...kept, timings: noTime, cached: true };
    }

    const msLeft = () => timeoutMs - (performance.now() - startedAt);
    const work = async (shared: AbortSignal): Promise<Recalled> => {
      const { detections, picture, timings } = await run({ timeoutMs: msLeft(), signal: shared });
      answers.set(key, { detections, picture }, bytesOf(detections.length));
      return { detections, picture, timings, cached: false };
    };
    count(runs.has(key) ? 'joined' : 'miss');
    for (;;) {
      const isFirst = !runs.has(key);
      try {
        const answer = await runs.join(key, work, signal);
        if (isFirst) return answer;
        return { ...answer, timings: { ...noTime, queueMs: performance.now() - startedAt }, cached: true };
      } catch (error) {
        // Whoever began the run came earlier and ran out of time earlier: the others have some left for another one.
        const isOver = isFirst || signal.aborted || msLeft() <= 0;
        if (isOver || !(error instanceof SidecarError) || error.code !== 'DEADLINE_EXCEEDED') throw error;
      }
    }
  }

  return {
    recall,
    get size() {
      return answers.size;
    },
    get heldBytes() {
      return answers.heldBytes;
    },
  };
}

/** Beyond it, hashing holds the thread that serves HTTP for longer than handing the work to another one costs. */
const hashHereBytesMax = 256 * 1024;

async function digestOf(bytes: Uint8Array): Promise<string> {
  if (bytes.byteLength <= hashHereBytesMax) return createHash('sha256').update(bytes).digest('base64');
  return Buffer.from(await subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>)).toString('base64');
}

/** Rounded up: the objects of one detection, and of an entry with its key. */
const bytesOf = (detectionCount: number) => 600 + 250 * detectionCount;
