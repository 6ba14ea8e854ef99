import { Repeater, SlidingBuffer } from '@repeaterjs/repeater';
import type { Meter } from '@sightline/db/client';
import type { Clock } from '../../../ports.ts';
import { withOrganization } from '../../../tenancy.ts';
import type { Sql } from '../../../transaction.ts';
import type { Viewer } from '../../identity/viewer.ts';
import type { SignalReader } from '../../outbox/signal-reader.ts';
import { billingPeriodOf } from '../billing-periods.ts';
import type { Entitlements } from '../entitlements.ts';
import type { Limits } from '../limits.ts';
import { usageSums } from './sums.ts';

/** What was used of one meter in the current billing period, and what is left of it. */
export type UsageLevel = {
  meter: Meter;
  used: bigint;
  /** Null where nothing is ever refused or charged apart. */
  limit: bigint | null;
  left: bigint | null;
  resetsAt: Date;
  /** When this was so, by the clock of the organization. */
  at: Date;
};

export type UsageLive = ReturnType<typeof createUsageLive>;
type Deps = { pool: Sql; clock: Clock; entitlements: Pick<Entitlements, 'of'>; signals: SignalReader };

/** A change is found at the latest after this long when the bus loses its signal, and a new period when it begins. */
const pollMs = 2_000;

const limitOf = (meter: Meter, { predictionsPerPeriod }: Limits): number | null =>
  meter === 'PREDICTIONS' ? predictionsPerPeriod : null;

/** Follows what an organization uses: what it is now, then whenever it changes, newest wins. */
export function createUsageLive({ pool, clock, entitlements, signals }: Deps) {
  async function read(organizationId: string, meter: Meter): Promise<UsageLevel> {
    const at = clock.now();
    const [limits, period] = await Promise.all([
      entitlements.of(organizationId),
      billingPeriodOf(pool, organizationId, at),
    ]);
    const span = { from: period.startsAt, to: period.endsAt };
    const [sum] = await usageSums(pool, { organizationId, meter, ...span, groupBy: 'NONE' });
    const used = sum?.quantity ?? 0n;
    const most = limits && limitOf(meter, limits);
    const limit = most === null ? null : BigInt(most);
    const left = limit === null ? null : limit > used ? limit - used : 0n;
    return { meter, used, limit, left, resetsAt: period.endsAt, at };
  }

  return {
    /** What is used now. */
    level: ({ organizationId }: Viewer, meter: Meter): Promise<UsageLevel> => read(organizationId, meter),

    /** Ends when `signal` aborts. */
    follow({ organizationId }: Viewer, meter: Meter, signal: AbortSignal): AsyncIterable<UsageLevel> {
      return new Repeater<UsageLevel>(async (push, stop) => {
        let told = '';
        let isOver = false;
        let isWanted = false;
        let isReading = false;

        // One read at a time: what changes while it runs is in the next one, however much it is.
        async function look(): Promise<void> {
          isWanted = true;
          if (isReading) return;
          isReading = true;
          try {
            while (isWanted && !isOver) {
              isWanted = false;
              // Signals come from whoever was at work when they were told.
              const level = await withOrganization(organizationId, () => read(organizationId, meter));
              const now = [level.used, level.limit, level.resetsAt.getTime()].join();
              if (isOver || now === told) continue;
              told = now;
              void push(level);
            }
          } finally {
            isReading = false;
          }
        }
        const ask = () => void look().catch(stop);
        const topics = ['usage.recorded', 'access.changed', 'clock.moved'] as const;
        const ends = [];
        for (const topic of topics) ends.push(await signals.on(topic, organizationId, ask));
        const poll = setInterval(ask, pollMs);
        if (signal.aborted) stop();
        signal.addEventListener('abort', () => stop(), { once: true });
        ask();
        await stop;
        isOver = true;
        clearInterval(poll);
        await Promise.all(ends.map((end) => end()));
      }, new SlidingBuffer(1));
    },
  };
}
