import { hash, subtle } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { RunOptions } from '../engine/engine.ts';
import { SidecarError } from '../errors.ts';
import type { Task } from '../models/model-config.ts';
import type { PictureTimings } from '../vision/look-at.ts';
import { createLru } from './lru.ts';
import { createSharedRuns } from './shared-runs.ts';

/** `joined`: an identical request was being answered already. */
type CacheResult = 'hit' | 'miss' | 'joined';

type Deps<Answer> = {
  /** 0 keeps nothing and shares nothing. */
  entriesMax: number;
  bytesMax: number;
  /** Whether one tenant may be answered with what another one paid for. */
  isShared: boolean;
  /** Bytes that an answer takes, about. */
  byteSizeOf(answer: Answer): number;
  count(result: CacheResult): void;
};

/** What is asked of which model. */
export type Subject = {
  /** Whose it is. Shared between two of them, how fast an answer comes would tell what others sent. */
  tenant: string;
  /** Changes with the weights and with everything else that changes what they say; null: nobody can tell. */
  model: string | null;
  task: Task;
  /** What the caller chose and the answer depends on. */
  options: string;
};

export type Question = Subject &
  Pick<RunOptions, 'priority' | 'timeoutMs'> & { bytes: Uint8Array; signal: AbortSignal };

export type Ran<Answer> = { answer: Answer; timings: PictureTimings };
export type Recalled<Answer> = Ran<Answer> & { /** It cost no run of the model. */ cached: boolean };

type Run<Answer> = (options: { timeoutMs: number; signal: AbortSignal }) => Promise<Ran<Answer>>;

export type AnswerCache<Answer> = ReturnType<typeof createAnswerCache<Answer>>;

export const noTime: PictureTimings = { decodeMs: 0, preprocessMs: 0, queueMs: 0, modelMs: 0, postprocessMs: 0 };

/** Answers the same question about the same bytes without asking the model again. Failures are not kept. */
export function createAnswerCache<Answer>({ entriesMax, bytesMax, isShared, byteSizeOf, count }: Deps<Answer>) {
  const answers = createLru<Answer>({ entriesMax, bytesMax });
  const runs = createSharedRuns<Recalled<Answer>>();
  /** Answers of runs that nobody was given yet: whoever is first pays for the run, also when who began it went away. */
  const unclaimed = new WeakSet<Recalled<Answer>>();

  // The tenant comes last: it is the only part that may hold any character.
  const keyOf = ({ tenant, model, task, options }: Subject, digest: string) =>
    `${digest}\n${model}\n${task}\n${options}\n${isShared ? '' : tenant}`;

  function keep(key: string, tenant: string, answer: Answer): void {
    answers.set(key, answer, entryBytes + byteSizeOf(answer), tenant);
  }

  /** Throws what `run` throws, and the reason of `signal`. */
  async function recall(question: Question, run: Run<Answer>): Promise<Recalled<Answer>> {
    const { tenant, bytes, priority, timeoutMs, signal } = question;
    if (entriesMax === 0 || question.model === null) return { ...(await run({ timeoutMs, signal })), cached: false };
    const startedAt = performance.now();
    const key = keyOf(question, await digestOf(bytes));
    const kept = answers.get(key);
    if (kept) {
      count('hit');
      return { answer: kept, timings: noTime, cached: true };
    }

    const msLeft = () => timeoutMs - (performance.now() - startedAt);
    const work = async (shared: AbortSignal): Promise<Recalled<Answer>> => {
      const { answer, timings } = await run({ timeoutMs: msLeft(), signal: shared });
      keep(key, tenant, answer);
      const recalled = { answer, timings, cached: false };
      unclaimed.add(recalled);
      return recalled;
    };
    // Whoever waits for an answer must not wait in the place of somebody who does not.
    const lane = `${priority}\n${key}`;
    count(runs.has(lane) ? 'joined' : 'miss');
    for (;;) {
      const isFirst = !runs.has(lane);
      try {
        const recalled = await runs.join(lane, work, signal);
        if (unclaimed.delete(recalled)) return recalled;
        return { ...recalled, timings: { ...noTime, queueMs: performance.now() - startedAt }, cached: true };
      } catch (error) {
        // Whoever began the run came earlier and ran out of time earlier: the others have some left for another one.
        const isOver = isFirst || signal.aborted || msLeft() <= 0;
        if (isOver || !(error instanceof SidecarError) || error.code !== 'DEADLINE_EXCEEDED') throw error;
      }
    }
  }

  return {
    recall,
    /** For questions of many parts, each of which is remembered by itself. Undefined when it is not known. */
    find(subject: Subject, part: string): Answer | undefined {
      if (entriesMax === 0 || subject.model === null) return undefined;
      const kept = answers.get(keyOf(subject, digestHere(part)));
      count(kept ? 'hit' : 'miss');
      return kept;
    },
    keep(subject: Subject, part: string, answer: Answer): void {
      if (entriesMax > 0 && subject.model !== null) keep(keyOf(subject, digestHere(part)), subject.tenant, answer);
    },
    get size() {
      return answers.size;
    },
    get heldBytes() {
      return answers.heldBytes;
    },
  };
}

/** An entry with its key, rounded up. */
const entryBytes = 600;

/** Beyond it, hashing holds the thread that serves HTTP for longer than handing the work to another one costs. */
const hashHereBytesMax = 256 * 1024;

const digestHere = (content: string | Uint8Array) => hash('sha256', content, 'base64');

async function digestOf(bytes: Uint8Array): Promise<string> {
  if (bytes.byteLength <= hashHereBytesMax) return digestHere(bytes);
  return Buffer.from(await subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>)).toString('base64');
}
