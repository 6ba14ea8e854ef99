import type { Session } from '@sightline/db/client';
import { NotFoundError } from '../../../errors/request-errors.ts';
import { activeStates } from '../session-state.ts';
import { BatchOutOfOrderError } from '../sessions.errors.ts';

/** Which batch it is: the `seq`-th, from 1 on, of an attempt to run a session. */
export type BatchName = { sessionId: string; attempt: number; seq: number };
export type BatchState = Pick<Session, 'organizationId' | 'state' | 'attemptCount' | 'batchSeq' | 'framesRead'>;

export type Verdict = { kind: 'next'; session: BatchState } | { kind: 'duplicate'; acceptedSeq: number };

/** What to do with a batch. Throws NOT_FOUND, and BATCH_OUT_OF_ORDER with the number that is expected, if any still is. */
export function verdictOn(session: BatchState | null, name: BatchName): Verdict {
  if (!session) throw new NotFoundError('Session', name.sessionId);
  const { state, attemptCount, batchSeq } = session;
  if (name.attempt !== attemptCount) throw new BatchOutOfOrderError(name, null);
  // Also when it is over by now: what was recorded was recorded.
  if (name.seq <= batchSeq) return { kind: 'duplicate', acceptedSeq: batchSeq };
  const isActive = activeStates.some((active) => active === state);
  if (!isActive) throw new BatchOutOfOrderError(name, null);
  if (name.seq > batchSeq + 1) throw new BatchOutOfOrderError(name, batchSeq + 1);
  return { kind: 'next', session };
}
