import type { SignalReader } from '../outbox/signal-reader.ts';
import type { Sql } from '../../transaction.ts';
import type { RateOverride } from './rate-rules.ts';
import { rateOverridesSql } from './rates.queries.ts';

type Deps = { pool: Sql; signals: SignalReader; keepMs?: number; organizationsMax?: number };
type Kept = { overrides: Promise<RateOverride[]>; staleAt: number };

export type RateOverrides = Awaited<ReturnType<typeof startRateOverrides>>;

/** What was agreed with organizations, remembered for a second at most, and less when somebody says that it changed. */
export async function startRateOverrides({ pool, signals, keepMs = 1_000, organizationsMax = 10_000 }: Deps) {
  const kept = new Map<string, Kept>();
  const ending = await signals.on('access.changed', null, ({ organizationId }) => void kept.delete(organizationId));

  return {
    of(organizationId: string): Promise<RateOverride[]> {
      // How long something was remembered is no matter of the organization's own clock.
      const now = performance.now();
      const known = kept.get(organizationId);
      if (known && known.staleAt > now) return known.overrides;
      const overrides = pool
        .query<RateOverride>({ ...rateOverridesSql, values: [organizationId] })
        .then(({ rows }) => rows);
      const entry = { overrides, staleAt: now + keepMs };
      overrides.catch(() => kept.get(organizationId) === entry && kept.delete(organizationId));
      kept.delete(organizationId);
      kept.set(organizationId, entry);
      if (kept.size > organizationsMax) kept.delete(kept.keys().next().value ?? '');
      return overrides;
    },
    [Symbol.asyncDispose]: ending,
  };
}
