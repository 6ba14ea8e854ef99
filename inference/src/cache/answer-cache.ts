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
  Pick<RunOptions, 'priority' | 'timeoutMs'> & {
    bytes: Uint8Array;
    signal: AbortSignal;
    /** It waits for the run of somebody else. */
    onShared?(): void;
  };

export type Ran<Answer> = { answer: Answer; timings: PictureTimings };
export type Recalled<Answer> = Ran<Answer> & {
  /** It cost no run of the model that is still to be paid for. */
  cached: boolean;
  /**
   * Call it once the answer was of use: `record` is called by whoever is first, as nobody pays for a run again. Others
   * wait for it, and throw what it throws; then the run is still to be paid for.
   */
  pay: Pay;
};

type Pay = (record: () => Promise<void>) => Promise<void>;

/** What one run of the model gave. `paid` is null until it was of use to somebody. */
type Kept<Answer> = { answer: Answer; paid: Promise<void> | null };
/** `isClaimed`: somebody was given it as its own run. */
type Shared<Answer> = { kept: Kept<Answer>; timings: PictureTimings; isClaimed: boolean };

type Run<Answer> = (options: { timeoutMs: number; signal: AbortSignal }) => Promise<Ran<Answer>>;

export type AnswerCache<Answer> = ReturnType<typeof createAnswerCache<Answer>>;

export const noTime: PictureTimings = { decodeMs: 0, preprocessMs: 0, queueMs: 0, modelMs: 0, postprocessMs: 0 };

/** Answers the same question about the same bytes without asking the model again. Failures are not kept. */
export function createAnswerCache<Answer>({ entriesMax, bytesMax, isShared, byteSizeOf, count }: Deps<Answer>) {
  const answers = createLru<Kept<Answer>>({ entriesMax, bytesMax });
  const runs = createSharedRuns<Shared<Answer>>();

  // The tenant comes last: it is the only part that may hold any character.
  const keyOf = ({ tenant, model, task, options }: Subject, digest: string) =>
    `${digest}\n${model}\n${task}\n${options}\n${isShared ? '' : tenant}`;

  function keep(key: string, tenant: string, kept: Kept<Answer>): void {
    answers.set(key, kept, entryBytes + byteSizeOf(kept.answer), tenant);
  }

  /** Throws what `run` throws, and the reason of `signal`. */
  async function recall(question: Question, run: Run<Answer>): Promise<Recalled<Answer>> {
    const { tenant, bytes, priority, timeoutMs, signal } = question;
    if (entriesMax === 0 || question.model === null) {
      return { ...(await run({ timeoutMs, signal })), cached: false, pay: (record) => record() };
    }
    const startedAt = performance.now();
    const key = keyOf(question, await digestOf(bytes));
    const kept = answers.get(key);
    if (kept) {
      count('hit');
      // Of a run that was of use to nobody: who asked for it went away, or could not be given what it wanted.
      return { answer: kept.answer, timings: noTime, cached: kept.paid !== null, pay: payFor(kept) };
    }

    const msLeft = () => timeoutMs - (performance.now() - startedAt);
    const work = async (signalOfAll: AbortSignal): Promise<Shared<Answer>> => {
      const { answer, timings } = await run({ timeoutMs: msLeft(), signal: signalOfAll });
      const made = { answer, paid: null };
      keep(key, tenant, made);
      return { kept: made, timings, isClaimed: false };
    };
    // Whoever waits for an answer must not wait in the place of somebody who does not.
    const lane = `${priority}\n${key}`;
    count(runs.has(lane) ? 'joined' : 'miss');
    for (;;) {
      const isFirst = !runs.has(lane);
      if (!isFirst) question.onShared?.();
      try {
        // The run itself keeps the time of whoever began it; the others keep their own.
        const shared = await runs.join(lane, work, signal, isFirst ? null : msLeft());
        const { answer } = shared.kept;
        const pay = payFor(shared.kept);
        if (shared.isClaimed) {
          return { answer, timings: { ...noTime, queueMs: performance.now() - startedAt }, cached: true, pay };
        }
        shared.isClaimed = true;
        return { answer, timings: shared.timings, cached: false, pay };
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
      return kept?.answer;
    },
    /** Only what is paid for: who finds it pays nothing. */
    keep(subject: Subject, part: string, answer: Answer): void {
      if (entriesMax === 0 || subject.model === null) return;
      keep(keyOf(subject, digestHere(part)), subject.tenant, { answer, paid: alreadyPaid });
    },
    get size() {
      return answers.size;
    },
    get heldBytes() {
      return answers.heldBytes;
    },
  };
}

const alreadyPaid = Promise.resolve();

const payFor =
  (kept: Kept<unknown>): Pay =>
  (record) =>
    (kept.paid ??= record().catch((error: unknown) => {
      kept.paid = null;
      throw error;
    }));

/** An entry with its key, rounded up. */
const entryBytes = 600;

/** Beyond it, hashing holds the thread that serves HTTP for longer than handing the work to another one costs. */
const hashHereBytesMax = 256 * 1024;

const digestHere = (content: string | Uint8Array) => hash('sha256', content, 'base64');

async function digestOf(bytes: Uint8Array): Promise<string> {
  if (bytes.byteLength <= hashHereBytesMax) return digestHere(bytes);
  return Buffer.from(await subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>)).toString('base64');
}
