import { setTimeout as delay } from 'node:timers/promises';
import { SidecarError } from '../../errors.ts';
import type { Breaker, Outcome } from './breaker.ts';
import { RemoteError } from './transport.ts';
import type { RemoteAnswer, RemoteCall, Transport } from './transport.ts';
import { verdictOfAnswer, verdictOfFault } from './verdict.ts';
import type { Verdict } from './verdict.ts';

type Deps = {
  transport: Transport;
  breaker: Breaker;
  retries: number;
  /** Of one try. */
  timeoutMs: number;
  health: {
    readonly isUp: boolean;
    /** Something went wrong. */
    lookSoon(): void;
  };
};

type Call = Omit<RemoteCall, 'timeoutMs'>;

/** First pause before trying again; twice as long each time, and never quite the same for two callers. */
const pauseMs = 50;

/**
 * Sends a request until it is answered or trying again is of no use: only what nobody can have worked on is sent twice.
 * `deadlineAt` is on the clock of `performance.now`. Throws SERVICE_UNAVAILABLE, QUEUE_FULL, DEADLINE_EXCEEDED,
 * TENSOR_INVALID, ENGINE_FAILED and the reason of an abort.
 */
export function createAskRemote({ transport, breaker, retries, timeoutMs, health }: Deps) {
  async function tryOnce(call: Call, leave: (outcome: Outcome) => void, leftMs: number): Promise<Verdict> {
    const startedAt = performance.now();
    // A caller in a hurry proves nothing about the server; half of what it may take does.
    const hadTime = () => performance.now() - startedAt >= timeoutMs / 2;
    try {
      const answer = await transport.call({ ...call, timeoutMs: Math.max(1, Math.min(timeoutMs, leftMs)) });
      if (answer.status >= 500) health.lookSoon();
      return verdictOfAnswer(answer, health.isUp);
    } catch (error) {
      if (error instanceof RemoteError) return verdictOfFault(error, hadTime());
      leave(hadTime() ? 'failure' : 'unknown');
      throw error;
    }
  }

  return async function ask(call: Call, deadlineAt: number): Promise<RemoteAnswer> {
    for (let attempt = 0; ; attempt++) {
      const leave = breaker.enter();
      if (typeof leave === 'number') throw awayFor(leave);
      const verdict = await tryOnce(call, leave, deadlineAt - performance.now());
      leave(verdict.outcome);
      if ('answer' in verdict) return verdict.answer;
      const { error, isRetryable } = verdict;
      const waitMs = Math.max(error.retryAfterMs ?? 0, pauseMs * 2 ** attempt * (0.5 + Math.random() / 2));
      // A connection that was closed while nobody used it says nothing: that try is for free.
      const triesMax = verdict.outcome === 'unknown' ? Math.max(1, retries) : retries;
      if (!isRetryable || attempt >= triesMax || performance.now() + waitMs >= deadlineAt) throw error;
      await delay(waitMs, undefined, call.signal && { signal: call.signal });
    }
  };
}

/** While nobody may try. */
export const awayFor = (retryAfterMs: number): SidecarError =>
  new SidecarError('SERVICE_UNAVAILABLE', 'The server that the model runs on is away.', { retryAfterMs });
