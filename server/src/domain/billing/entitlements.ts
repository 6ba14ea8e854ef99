import type { SignalReader } from '../outbox/signal-reader.ts';
import type { Sql } from '../../transaction.ts';
import { readLimits } from './limits.ts';
import type { Limits } from './limits.ts';

export type Entitlements = Awaited<ReturnType<typeof startEntitlements>>;

type Deps = { pool: Sql; signals: SignalReader; keepMs?: number; organizationsMax?: number };
type Kept = { limits: Promise<Limits | null>; staleAt: number };

/**
 * What organizations may do, remembered for a second at most, and less when somebody says that it changed. Good for limits
 * that are asked on every request; whoever counts against a limit in a transaction asks `lockPlan`.
 */
export async function startEntitlements({ pool, signals, keepMs = 1_000, organizationsMax = 10_000 }: Deps) {
  const kept = new Map<string, Kept>();
  await using opening = new AsyncDisposableStack();
  opening.defer(await signals.on('access.changed', null, ({ organizationId }) => void kept.delete(organizationId)));
  opening.defer(await signals.on('plans.changed', null, () => kept.clear()));
  const open = opening.move();

  return {
    /** Null when there is no such organization. Many that ask at once share one statement. */
    of(organizationId: string): Promise<Limits | null> {
      // How long something was remembered is no matter of the organization's own clock.
      const now = performance.now();
      const known = kept.get(organizationId);
      if (known && known.staleAt > now) return known.limits;
      const limits = readLimits(pool, organizationId);
      const entry = { limits, staleAt: now + keepMs };
      limits.catch(() => kept.get(organizationId) === entry && kept.delete(organizationId));
      kept.delete(organizationId);
      kept.set(organizationId, entry);
      if (kept.size > organizationsMax) kept.delete(kept.keys().next().value ?? '');
      return limits;
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}
