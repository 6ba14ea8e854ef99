import type { Meter, PrismaClient } from '@sightline/db/client';
import type { Clock } from '../../../ports.ts';
import type { Sql } from '../../../transaction.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { billingPeriodOf } from '../billing-periods.ts';
import type { Entitlements } from '../entitlements.ts';
import { usageBySegment } from '../invoices/usage-by-segment.ts';
import { costOf, costOfLines, expectedQuantity } from './costs.ts';
import type { Cost, CostSegment, MeterPrice } from './costs.ts';
import { usageSums } from './sums.ts';
import { meterPricesSql, organizationBeginSql, subscribedPriceSql, termsCurrencySql } from './usage.queries.ts';

export type CostsService = ReturnType<typeof createCosts>;
type Deps = { db: PrismaClient; pool: Sql; clock: Clock; entitlements: Pick<Entitlements, 'of'> };
type PriceRow = { meter: Meter; included: string; unitAmountMinor: number; perUnits: number };

const hourMs = 3_600_000;
/** A week has each weekday once: what is usual on Sundays is not taken for a trend. */
const recentHours = 7 * 24;

/** What the current billing period costs, and will. Before taxes, credits and what is billed once. */
export function createCosts({ db, pool, clock, entitlements }: Deps) {
  async function termsOf(organizationId: string, now: Date) {
    const limits = await entitlements.of(organizationId);
    if (!limits) throw new Error(`The organization ${organizationId} is gone.`);
    const [period, terms, prices, subscribed] = await Promise.all([
      billingPeriodOf(pool, organizationId, now),
      pool.query<{ currency: string }>({ ...termsCurrencySql, values: [limits.planVersionId] }),
      pool.query<PriceRow>({ ...meterPricesSql, values: [limits.planVersionId] }),
      pool.query<{ isTrial: boolean; priceMinor: string }>({ ...subscribedPriceSql, values: [organizationId, now] }),
    ]);
    return {
      period,
      currency: terms.rows[0]!.currency,
      baseMinor: BigInt(subscribed.rows[0]?.priceMinor ?? 0),
      prices: prices.rows.map(({ unitAmountMinor, included, ...price }): MeterPrice => {
        const isFree = subscribed.rows[0]?.isTrial === true;
        return { ...price, included: BigInt(included), unitAmountMinor: isFree ? 0 : unitAmountMinor };
      }),
    };
  }

  async function quantitiesOf(organizationId: string, from: Date, to: Date): Promise<Map<Meter, bigint>> {
    const sums = await usageSums(pool, { organizationId, from, to, groupBy: 'NONE' });
    return new Map(sums.map(({ meter, quantity }) => [meter, quantity]));
  }

  /** Of a period that is paid for: hours on the same terms, as its bill will have them. Null for any other. */
  async function segmentsAt(organizationId: string, now: Date): Promise<CostSegment[] | null> {
    const subscription = await db.subscription.findFirst({
      where: {
        ...{ organizationId, state: { in: ['ACTIVE', 'PAST_DUE', 'GRACE'] } },
        ...{ periodStartsAt: { lte: now }, periodEndsAt: { gt: now } },
      },
    });
    if (!subscription) return null;
    const { id: subscriptionId, periodStartsAt: startsAt, periodEndsAt: endsAt } = subscription;
    const segments = await usageBySegment(db, { organizationId, subscriptionId, period: { startsAt, endsAt } });
    return segments.map(({ lines }) =>
      lines.flatMap(({ meter, quantity, included, unitAmountMinor, perUnits }) =>
        meter ? [{ meter, quantity, included, perUnits, unitAmountMinor: Number(unitAmountMinor) }] : [],
      ),
    );
  }

  return {
    /** What the current period costs until now. */
    async soFar({ organizationId }: Viewer): Promise<Cost> {
      const now = clock.now();
      const [terms, segments] = await Promise.all([termsOf(organizationId, now), segmentsAt(organizationId, now)]);
      if (segments) return costOfLines(terms, segments.flat());
      return costOf(terms, await quantitiesOf(organizationId, terms.period.startsAt, terms.period.endsAt));
    },

    /** What it will cost at its end, if the rest of it goes on like the week before now, or like all of it where it is younger. */
    async forecast({ organizationId }: Viewer): Promise<Cost> {
      const now = clock.now();
      const [terms, segments] = await Promise.all([termsOf(organizationId, now), segmentsAt(organizationId, now)]);
      const { startsAt, endsAt } = terms.period;
      const recentTo = new Date(Math.ceil(now.getTime() / hourMs) * hourMs);
      const since = new Date(recentTo.getTime() - recentHours * hourMs);
      const [used, recent, begin] = await Promise.all([
        quantitiesOf(organizationId, startsAt, endsAt),
        quantitiesOf(organizationId, since, recentTo),
        pool.query<{ createdAt: Date }>({ ...organizationBeginSql, values: [organizationId] }),
      ]);
      const recentFrom = Math.max(since.getTime(), begin.rows[0]?.createdAt.getTime() ?? 0);
      const hours = Math.max(1, (recentTo.getTime() - recentFrom) / hourMs);
      const hoursLeft = (endsAt.getTime() - recentTo.getTime()) / hourMs;
      const expectedOf = (meter: Meter, quantity: bigint) =>
        expectedQuantity(quantity, { quantity: recent.get(meter) ?? 0n, hours }, hoursLeft);
      // What comes is on the terms that are in force last.
      const [last = [], ...before] = segments?.toReversed() ?? [];
      const rest = last.map((line) => ({ ...line, quantity: expectedOf(line.meter, line.quantity) }));
      if (segments) return costOfLines(terms, [...before.toReversed().flat(), ...rest]);
      const expected = [...used].map(([meter, quantity]): [Meter, bigint] => [meter, expectedOf(meter, quantity)]);
      return costOf(terms, new Map(expected));
    },
  };
}
