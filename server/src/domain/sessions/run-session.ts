import { setTimeout as delay } from 'node:timers/promises';
import type { Session } from '@sightline/db/client';
import type { Logger } from 'pino';
import type { Inference, RunMessage } from '../../ports.ts';
import { batches } from './batches.ts';
import type { RunSource } from './run-source.ts';
import type { FrameMessage } from './run-events.ts';
import type { Lease, SessionRecord } from './session-record.ts';
import type { Ending } from './session-steps.ts';

type Deps = {
  record: SessionRecord;
  inference: Inference;
  runSource: RunSource;
  /** Where the sidecar posts the batches of a session. */
  batchesUrl(sessionId: string): string;
  log: Logger;
  /** Waits in milliseconds between attempts that got nowhere. Whatever frame is recorded starts the row again. */
  waitsMs?: readonly number[];
};

/** Frames recorded in one transaction at most. */
const batchSize = 32;

const usualWaitsMs = [250, 500, 1_000, 2_000, 4_000, 8_000, 8_000];

const inferenceLost: Ending = {
  ...{ step: 'fail', reason: 'INFERENCE_LOST' },
  detail: 'The inference sidecar could not be reached.',
};

const notRecorded: Ending = {
  ...{ step: 'fail', reason: 'INTERNAL' },
  detail: 'What was seen could not be recorded.',
};

const sourceEnded: Ending = { step: 'complete', reason: 'SOURCE_ENDED', detail: null };

/**
 * Runs one leased session until it ends or `signal` aborts. The sidecar posts what it sees in numbered batches to any
 * server, and its answer here only tells how it goes; one that does not know of batches tells its frames here, too.
 * A sidecar that breaks off is asked again, in a new attempt, from the first frame that is not recorded. Resolves with how
 * the session ended; throws LeaseLostError, and the reason of an abort.
 */
export async function runSession(
  { record, inference, runSource, batchesUrl, log, waitsMs = usualWaitsMs }: Deps,
  session: Session,
  lease: Lease,
  signal: AbortSignal,
): Promise<Ending> {
  async function attempt({ attemptCount, framesRead, nextTrackNumber }: Session): Promise<Ending> {
    const source = await runSource(session.sourceId);
    const { id: sessionId, requestId, pipelines, profile } = session;
    const deliver = { url: batchesUrl(sessionId), attempt: attemptCount };
    const place = { startFrameIndex: framesRead, nextTrackNumber };
    const spec = { sessionId, requestId, source, pipelines, profile, ...place, deliver };
    // What cannot be recorded ends the run at once: leaving it would wait for what the sidecar says next, which may be never.
    const broken = new AbortController();
    const run = inference.run(spec, AbortSignal.any([signal, broken.signal]));
    for await (const messages of batches(run, batchSize)) {
      try {
        const ending = await take(messages);
        if (ending) return ending;
      } catch (error) {
        givenUp = notRecorded;
        broken.abort(error);
        throw error;
      }
    }
    throw new Error('The sidecar closed the run without an ending.');
  }

  /** Records what the sidecar said. Gives the ending if that was the last of it. */
  async function take(messages: RunMessage[]): Promise<Ending | null> {
    for (const run of runsOfFrames(messages)) {
      if (!Array.isArray(run)) {
        if (run.type === 'ended') return sourceEnded;
        // It only says that the sidecar is there: what is recorded stands in the session.
        if (run.type === 'progress') continue;
        if (run.type === 'failed') return { step: 'fail', reason: 'SOURCE_UNREADABLE', detail: run.message };
        const { name, version } = run.model;
        await record.open(lease, { framesTotal: run.framesTotal, model: `${name}@${version}` });
        continue;
      }
      await record.frames(lease, run);
    }
    return null;
  }

  let { framesRead } = session;
  /** How it ends if the attempt at work was the last. */
  let givenUp = inferenceLost;
  for (let failures = 0, begun: Session | null = session; ;) {
    signal.throwIfAborted();
    givenUp = inferenceLost;
    try {
      begun ??= await record.beginAttempt(lease);
      return await attempt(begun);
    } catch (error) {
      signal.throwIfAborted();
      if (isOurs(error)) throw error;
      begun = null;
      // Opening the source is no progress, or one whose first frame breaks the sidecar would be opened for ever.
      const readBefore = framesRead;
      framesRead = await record.framesRead(lease).catch(() => readBefore);
      failures = framesRead > readBefore ? 1 : failures + 1;
      const waitMs = waitsMs[failures - 1];
      if (waitMs === undefined) return givenUp;
      log.warn({ err: error, failures, waitMs }, 'session interrupted, trying again');
      await delay(waitMs, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }
}

/** Our own refusals are no fault of the sidecar; asking it again would not help. */
const isOurs = (error: unknown) => error instanceof Error && error.name === 'LeaseLostError';

/** Joins neighbouring frames, so that each group becomes one transaction; everything else stays by itself, in order. */
function runsOfFrames(messages: RunMessage[]): (FrameMessage[] | Exclude<RunMessage, FrameMessage>)[] {
  const runs: (FrameMessage[] | Exclude<RunMessage, FrameMessage>)[] = [];
  for (const message of messages) {
    const last = runs.at(-1);
    if (message.type !== 'frame') runs.push(message);
    else if (Array.isArray(last)) last.push(message);
    else runs.push([message]);
  }
  return runs;
}
