import { ConnectionError, PlanLimitError, RateLimitError, SightlineError, TimeoutError } from '@sightline/core';
import { choose } from './choose.ts';
import type { Known, Policy, Side } from './choose.ts';
import { createHealth } from './health.ts';

type Deps = {
  policy: Policy;
  isLocalUp(): boolean;
  isCloudUp(): boolean;
  nowMs?: () => number;
};

/** Where the server does not say how long a plan's limit lasts. */
const limitMs = 60_000;

/**
 * Asks the side that the policy names, and the other one where that cannot answer; it learns from every answer. `isLast` says
 * whether nobody else could be asked. Rejects with ConnectionError where nobody is there, and as the last one asked does.
 */
export function createRoute({ policy, isLocalUp, isCloudUp, nowMs = () => performance.now() }: Deps) {
  const health = { local: createHealth(nowMs), cloud: createHealth(nowMs) };
  let limitedUntilMs = 0;

  const known = (): Known => ({
    local: { ...health.local.now, isUp: health.local.now.isUp && isLocalUp() },
    cloud: { ...health.cloud.now, isUp: health.cloud.now.isUp && isCloudUp() },
    plan: { hasRoom: nowMs() >= limitedUntilMs },
  });
  /** Whether it could be asked after the other one, however it did lately. */
  const couldAsk = (side: Side) =>
    policy.startsWith('prefer-') && (side === 'local' ? isLocalUp() : isCloudUp() && known().plan.hasRoom);

  async function on<T>(side: Side, asked: PromiseLike<T>): Promise<T> {
    const startedAt = nowMs();
    try {
      const answer = await asked;
      health[side].answered(nowMs() - startedAt);
      return answer;
    } catch (error) {
      if (isOutage(error)) health[side].failed();
      if (side === 'cloud' && (error instanceof PlanLimitError || error instanceof RateLimitError))
        limitedUntilMs = nowMs() + (error.retryAfterMs ?? limitMs);
      throw error;
    }
  }

  return async function route<T>(ask: (side: Side, isLast: boolean) => PromiseLike<T>): Promise<T> {
    const side = choose(policy, known());
    if (side === null) throw new ConnectionError('Neither the sidecar nor the server can be reached.');
    const other = side === 'local' ? 'cloud' : 'local';
    try {
      return await on(side, ask(side, !couldAsk(other)));
    } catch (error) {
      // What one side refuses, the other is not asked to allow.
      if (!isOutage(error) || !couldAsk(other)) throw error;
      return on(other, ask(other, true));
    }
  };
}

/** It did not answer, or could not; another may. */
function isOutage(error: unknown): boolean {
  if (error instanceof ConnectionError || error instanceof TimeoutError) return true;
  return error instanceof SightlineError && error.retryable && (error.status ?? 0) >= 500;
}
