import type { Meter, PrismaClient } from '@sightline/db/client';
import type { Clock, HostFiles } from '../../ports.ts';
import type { Sql } from '../../transaction.ts';
import { billingPeriodOf } from '../billing/billing-periods.ts';
import type { Entitlements } from '../billing/entitlements.ts';
import { readLimits } from '../billing/limits.ts';
import { usageBySegment } from '../billing/invoices/usage-by-segment.ts';
import type { BilledSegment } from '../billing/invoices/usage-by-segment.ts';
import type { Limits } from '../billing/limits.ts';
import { seatsTaken } from '../billing/plan-limits.ts';
import type { QuotaOf } from '../billing/quotas/quota-levels.ts';
import { chargeOf, marginalCharge } from '../billing/usage/charge.ts';
import type { UnitPrice } from '../billing/usage/charge.ts';
import { usageSums } from '../billing/usage/sums.ts';
import { meterPricesSql, termsCurrencySql } from '../billing/usage/usage.queries.ts';
import type { Viewer } from '../identity/viewer.ts';
import type { Budget, RatesService } from '../rates/rates.service.ts';
import { activeStates } from '../sessions/session-state.ts';
import { billedSql, heldSql, sessionsOfRequestSql } from './estimate.queries.ts';
import type { Estimate, EstimatedCharge, Left, PredictedRefusal, ReadScript, Rehearse } from './estimate.ts';

export type Estimator = ReturnType<typeof createEstimator>;

type Deps = {
  /** The system's, and a pool of its own: what is tried out is seen through them, too. */
  db: PrismaClient;
  pool: Sql;
  clock: Clock;
  entitlements: Pick<Entitlements, 'of'>;
  rates: Pick<RatesService, 'charge' | 'peek'>;
  quotaOf: QuotaOf;
  hostFiles: Pick<HostFiles, 'list'>;
};

export type Asking = {
  viewer: Viewer;
  address: string | null;
  /** Under which the operation is tried out: no other request has it. */
  requestId: string;
  /** Says what was thrown as callers hear it. */
  describe(error: unknown): PredictedRefusal;
};

/** How long sessions are taken to run, and how many frames they record at most. */
export type Bounds = { sessionSeconds: number; sessionFrames: number | null };

type SessionRow = { kind: 'IMAGES' | 'VIDEO'; path: string | null; fileCount: number; framesBefore: number | null };
type Billed = Map<string, { amountMinor: bigint; creditCount: number }>;
type PriceRow = { meter: Meter; included: string; unitAmountMinor: number; perUnits: number };
type Terms = { currency: string; prices: Map<Meter, UnitPrice> };
type Units = Map<Meter, bigint | null>;
type Held = Record<'maxSources' | 'maxConcurrentSessions' | 'maxStoredBytes' | 'maxSeats', bigint>;
/** What the current period will be billed as, where there is one that is paid for. */
type Bill = { currency: string; segments: BilledSegment[] };
type Seen = { limits: Limits | null; held: Held; billed: Billed; bill: Bill | null; sessions: SessionRow[] };

/** Says what something would cost, what would be left after it, and why it would be refused, by trying it out. */
export function createEstimator({ db, pool, clock, entitlements, rates, quotaOf, hostFiles }: Deps) {
  async function billedOf(organizationId: string): Promise<Billed> {
    const { rows } = await pool.query<{ currency: string; amountMinor: string; creditCount: number }>({
      ...billedSql,
      values: [organizationId],
    });
    return new Map(
      rows.map(({ currency, amountMinor, creditCount }) => [
        currency,
        { amountMinor: BigInt(amountMinor), creditCount },
      ]),
    );
  }

  async function look(organizationId: string, requestId: string): Promise<Seen> {
    const limits = await readLimits(pool, organizationId);
    const { rows } = await pool.query<Record<Exclude<keyof Held, 'maxSeats'>, string>>({
      ...heldSql,
      values: [organizationId, [...activeStates]],
    });
    const [row] = rows;
    if (!row) throw new Error('A statement without rows to count gave none.');
    const { rows: sessions } = await pool.query<SessionRow>({
      ...sessionsOfRequestSql,
      values: [organizationId, requestId],
    });
    const held = {
      maxSources: BigInt(row.maxSources),
      maxConcurrentSessions: BigInt(row.maxConcurrentSessions),
      maxStoredBytes: BigInt(row.maxStoredBytes),
      maxSeats: BigInt(await seatsTaken(db, organizationId, clock.now())),
    };
    return { limits, held, billed: await billedOf(organizationId), bill: await billOf(organizationId), sessions };
  }

  async function billOf(organizationId: string): Promise<Bill | null> {
    const subscription = await db.subscription.findFirst({
      where: { organizationId, state: { in: ['ACTIVE', 'PAST_DUE', 'GRACE'] } },
      include: { version: true },
    });
    if (!subscription) return null;
    const { id: subscriptionId, periodStartsAt: startsAt, periodEndsAt: endsAt, version } = subscription;
    const segments = await usageBySegment(db, { organizationId, subscriptionId, period: { startsAt, endsAt } });
    return { currency: version.currency, segments };
  }

  /** Frames that a session over this source records at most; null where nobody can know. */
  async function framesOf({ kind, path, fileCount, framesBefore }: SessionRow): Promise<number | null> {
    if (kind === 'IMAGES') return path === null ? fileCount : (await hostFiles.list(kind, path)).length;
    return path === null ? framesBefore : null;
  }

  async function unitsOf(sessions: readonly SessionRow[], { sessionSeconds, sessionFrames }: Bounds): Promise<Units> {
    if (sessions.length === 0) return new Map();
    let frames: number | null = 0;
    for (const session of sessions) {
      const known = await framesOf(session);
      const most = known === null || sessionFrames === null ? (known ?? sessionFrames) : Math.min(known, sessionFrames);
      frames = frames === null || most === null ? null : frames + most;
    }
    const seconds = BigInt(sessionSeconds) * BigInt(sessions.length);
    return new Map([
      ['FRAMES', frames === null ? null : BigInt(frames)],
      ['SESSION_SECONDS', seconds],
    ]);
  }

  async function termsOf({ planVersionId }: Limits): Promise<Terms> {
    const [{ rows: prices }, { rows: terms }] = await Promise.all([
      pool.query<PriceRow>({ ...meterPricesSql, values: [planVersionId] }),
      pool.query<{ currency: string }>({ ...termsCurrencySql, values: [planVersionId] }),
    ]);
    const byMeter = prices.map(
      ({ meter, ...price }) => [meter, { ...price, included: BigInt(price.included) }] as const,
    );
    return { currency: terms[0]?.currency ?? '', prices: new Map(byMeter) };
  }

  /**
   * What units would add to the bill of the current period; and what was used in it already, where another plan would ask
   * another price for it.
   */
  async function meteredCharges(organizationId: string, units: Units, next: Limits | null): Promise<EstimatedCharge[]> {
    const limits = await entitlements.of(organizationId);
    const isOther = limits !== null && next !== null && limits.planVersionId !== next.planVersionId;
    if (!limits || (units.size === 0 && !isOther)) return [];
    const { startsAt: from, endsAt: to } = await billingPeriodOf(pool, organizationId, clock.now());
    const [now, then, sums] = await Promise.all([
      termsOf(limits),
      isOther ? termsOf(next) : null,
      usageSums(pool, { organizationId, from, to, groupBy: 'NONE' }),
    ]);
    const usedOf = (meter: Meter) => sums.find((each) => each.meter === meter)?.quantity ?? 0n;
    const { prices, currency } = then ?? now;
    const added = [...units].map(([meter, more]): EstimatedCharge => {
      const price = prices.get(meter);
      const isFree = !price || price.unitAmountMinor === 0;
      const marginal = (count: bigint) => marginalCharge({ ...price!, used: usedOf(meter), more: count });
      return { meter, units: more, amountMinor: isFree ? 0n : more === null ? null : marginal(more), currency };
    });
    if (!then) return added;
    const again = [...then.prices].map(([meter, price]): EstimatedCharge => {
      const [quantity, old] = [usedOf(meter), now.prices.get(meter)];
      const difference = chargeOf({ ...price, quantity }) - (old ? chargeOf({ ...old, quantity }) : 0n);
      return { meter, units: 0n, amountMinor: difference > 0n ? difference : 0n, currency };
    });
    return [...added, ...again.filter(({ amountMinor }) => amountMinor !== 0n)];
  }

  async function leftOf(organizationId: string, seen: Seen | null, budget: Budget | null, units: Units, cost: number) {
    const now = clock.now();
    const left: Left[] = [];
    for (const { meter, limit, left: more, resetsAt } of await quotaOf(organizationId)) {
      const after = BigInt(more) - (units.get(meter) ?? 0n);
      const name = 'predictionsPerPeriod';
      left.push({ name, limit: BigInt(limit), left: after > 0n ? after : 0n, resetsAt });
    }
    if (seen?.limits) {
      for (const name of ['maxSources', 'maxConcurrentSessions', 'maxSeats', 'maxStoredBytes'] as const) {
        const limit = BigInt(seen.limits[name]);
        const rest = limit - seen.held[name];
        left.push({ name, limit, left: rest > 0n ? rest : 0n, resetsAt: null });
      }
    }
    if (budget) {
      const { limit, remaining, resetsInMs } = budget;
      const resetsAt = new Date(now.getTime() + resetsInMs);
      left.push({ name: 'cost', limit: BigInt(limit), left: BigInt(Math.max(0, remaining - cost)), resetsAt });
    }
    return left;
  }

  return {
    /**
     * An operation, as it would go now for who asks. What is tried out costs as much of their budget as doing it, so that
     * estimates are no way around it.
     */
    async ofOperation(asking: Asking, script: ReadScript, bounds: Bounds, rehearse: Rehearse): Promise<Estimate> {
      const { viewer, address, requestId, describe } = asking;
      const { organizationId } = viewer;
      const nothing = { queryCost: null, charges: [], left: [], isRehearsed: true };
      if ('errors' in script) return { ...nothing, refusals: refusalsOf(script.errors, describe) };
      const { queryCost, calls } = script;
      const tried = await rates.charge(viewer, new Map(), address, queryCost);
      const { refusal, budget } = tried.refusal ? tried : await rates.peek(viewer, calls, address, queryCost);
      if (refusal) {
        const left = await leftOf(organizationId, await look(organizationId, requestId), budget, new Map(), 0);
        return { ...nothing, queryCost, left, refusals: refusalsOf([refusal], describe) };
      }
      const [before, bill] = [await billedOf(organizationId), await billOf(organizationId)];
      const { errors, isRehearsed, seen } = await rehearse(() => look(organizationId, requestId));
      const units = await unitsOf(seen.sessions, bounds);
      const metered = seen.bill
        ? chargesOf(bill, seen.bill, units)
        : await meteredCharges(organizationId, units, seen.limits);
      const charges = [...billedCharges(before, seen.billed), ...metered];
      const left = await leftOf(organizationId, seen, budget, units, queryCost);
      return { queryCost, charges, left, refusals: refusalsOf(errors, describe), isRehearsed };
    },
  };
}

/** One of each: a list of a hundred that is refused is refused for one reason. */
function refusalsOf(errors: readonly unknown[], describe: Asking['describe']): PredictedRefusal[] {
  const refusals = errors.map(describe);
  return refusals.filter(
    ({ code, message }, index) =>
      refusals.findIndex((other) => other.code === code && other.message === message) === index,
  );
}

/**
 * What units add to the bill, on the terms that are in force last; and what was used before costs more, where a change of the
 * plan leaves a part of what was included to each of them.
 */
function chargesOf(before: Bill | null, { currency, segments }: Bill, units: Units): EstimatedCharge[] {
  const last = segments.at(-1);
  const added = [...units].map(([meter, more]): EstimatedCharge => {
    const line = last?.lines.find((one) => one.meter === meter);
    if (!line || line.unitAmountMinor === 0n) return { meter, units: more, amountMinor: 0n, currency };
    const price = { ...line, unitAmountMinor: Number(line.unitAmountMinor), used: line.quantity };
    return { meter, units: more, amountMinor: more === null ? null : marginalCharge({ ...price, more }), currency };
  });
  const isSame = before?.segments.at(-1)?.planVersionId === last?.planVersionId;
  if (isSame) return added;
  const [old, next] = [meteredIn(before?.segments ?? []), meteredIn(segments)];
  const again = [...next].map(([meter, amountMinor]): EstimatedCharge => {
    return { meter, units: 0n, amountMinor: amountMinor - (old.get(meter) ?? 0n), currency };
  });
  return [...added, ...again.filter(({ amountMinor }) => (amountMinor ?? 0n) > 0n)];
}

function meteredIn(segments: readonly BilledSegment[]): Map<Meter, bigint> {
  const sums = new Map<Meter, bigint>();
  for (const { meter, amountMinor } of segments.flatMap(({ lines }) => lines)) {
    if (meter) sums.set(meter, (sums.get(meter) ?? 0n) + amountMinor);
  }
  return sums;
}

/** What was billed at once. Time goes on until it is done: where something is credited, rounding may take a cent of it. */
function billedCharges(before: Billed, after: Billed): EstimatedCharge[] {
  return [...after].flatMap(([currency, { amountMinor, creditCount }]) => {
    const old = before.get(currency);
    const added = amountMinor - (old?.amountMinor ?? 0n);
    const hasCredit = creditCount > (old?.creditCount ?? 0);
    if (added === 0n && !hasCredit) return [];
    // A credit shrinks by the second, so none is promised.
    const most = hasCredit ? (added + 1n > 0n ? added + 1n : 0n) : added;
    return [{ meter: null, units: null, amountMinor: most, currency }];
  });
}
