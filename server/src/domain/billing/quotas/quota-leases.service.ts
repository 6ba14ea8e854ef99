import type { Meter } from '@sightline/db/client';
import type { Logger } from 'pino';
import type { OrganizationClock } from '../../../organization-clock.ts';
import { inTransaction } from '../../../transaction.ts';
import type { Sql, SqlPool } from '../../../transaction.ts';
import { billingPeriodOf } from '../billing-periods.ts';
import type { Period } from '../billing-periods.ts';
import { readLimits } from '../limits.ts';
import { usageSums } from '../usage/sums.ts';
import {
  addLeaseSql,
  findLeaseSql,
  forgetLeasesSql,
  leasedSql,
  lockQuotaSql,
  oldLeasesSql,
  setQuotaSql,
  settleLeaseSql,
} from './quota-leases.queries.ts';
import { shareOut } from './share-out.ts';

export type QuotaLeases = ReturnType<typeof startQuotaLeases>;

export type LeaseRequest = {
  organizationId: string;
  /** Made by whoever asks: what comes of it can be given back even where the answer was lost. */
  lease: string;
  /** The sidecar that asks. */
  holder: string;
  /** Units of each call that waits; none to learn what is left. */
  wants: readonly number[];
  /** Units wished for calls to come. */
  ahead: number;
};

export type LeaseAnswer =
  /** Nothing is refused: it has no hard quota, or is nobody we know. */
  | { isMetered: false }
  | { isMetered: true; granted: number; left: number; limit: number; resetsAt: Date; resetsInMs: number };

type Deps = {
  pool: Sql & SqlPool;
  clock: Pick<OrganizationClock, 'nowOf'>;
  log: Pick<Logger, 'warn'>;
  /** How often counters are compared with the ledger. */
  compareMs?: number;
  /** What was taken longer ago is in the ledger, or was lost with its sidecar. */
  reportedAfterSeconds?: number;
};

type Quota = { organizationId: string; meter: Meter; periodStartsAt: Date };

const meter: Meter = 'PREDICTIONS';
const keyOf = ({ organizationId, meter: of, periodStartsAt }: Quota) => [organizationId, of, periodStartsAt];

/**
 * Parts of hard quotas for sidecars, exact over all processes: the counter's row is held while a part is cut from it. What a
 * killed sidecar took with it comes back when the counter is compared with the ledger.
 */
export function startQuotaLeases({ pool, clock, log, compareMs = 30_000, reportedAfterSeconds = 600 }: Deps) {
  let comparing: Promise<void> | null = null;
  const turns = new Map<string, Promise<void>>();

  /** One after the other here: they would only wait for the same row, each with a connection of the pool in hand. */
  function inTurn<Result>(organizationId: string, work: () => Promise<Result>): Promise<Result> {
    const turn = (turns.get(organizationId) ?? Promise.resolve()).then(work, work);
    const done = turn.then(
      () => undefined,
      () => undefined,
    );
    turns.set(organizationId, done);
    void done.then(() => turns.get(organizationId) === done && turns.delete(organizationId));
    return turn;
  }

  async function usedIn(sql: Sql, { organizationId, meter: of }: Quota, { startsAt, endsAt }: Period): Promise<number> {
    const [sum] = await usageSums(sql, { organizationId, meter: of, from: startsAt, to: endsAt, groupBy: 'NONE' });
    return Number(sum?.quantity ?? 0n);
  }

  /** Holds a quota until the transaction ends; gives what is taken of it. */
  async function lock(sql: Sql, quota: Quota): Promise<number> {
    const { rows } = await sql.query<{ taken: string }>({ ...lockQuotaSql, values: keyOf(quota) });
    return Number(rows[0]?.taken ?? 0);
  }

  async function takeIn(sql: Sql, request: LeaseRequest, now: Date): Promise<LeaseAnswer> {
    const { organizationId, lease, holder, wants, ahead } = request;
    const limits = await readLimits(sql, organizationId);
    const limit = limits?.predictionsPerPeriod ?? null;
    if (!limits?.predictionsAreHard || limit === null) return { isMetered: false };
    const period = await billingPeriodOf(sql, organizationId, now);
    const quota = { organizationId, meter, periodStartsAt: period.startsAt };
    // Also counts what was used while there was no quota, or no sidecar that asked.
    const counted = await lock(sql, quota);
    const taken = Math.max(counted, await usedIn(sql, quota, period));
    const { granted, left } = shareOut(Math.max(0, limit - taken), wants, ahead);
    if (taken + granted !== counted) {
      await sql.query({ ...setQuotaSql, values: [...keyOf(quota), taken + granted] });
    }
    if (granted > 0) await sql.query({ ...addLeaseSql, values: [...keyOf(quota), lease, holder, granted] });
    const { endsAt: resetsAt } = period;
    const resetsInMs = Math.max(0, resetsAt.getTime() - now.getTime());
    return { isMetered: true, granted, left, limit, resetsAt, resetsInMs };
  }

  async function giveBackIn(sql: Sql, lease: string, kept: number): Promise<void> {
    const { rows: found } = await sql.query<Quota>({ ...findLeaseSql, values: [lease] });
    const [quota] = found;
    if (!quota) return;
    const taken = await lock(sql, quota);
    const { rows } = await sql.query<{ freed: string }>({ ...settleLeaseSql, values: [lease, kept] });
    const freed = Number(rows[0]?.freed ?? 0);
    if (freed > 0) await sql.query({ ...setQuotaSql, values: [...keyOf(quota), Math.max(0, taken - freed)] });
  }

  /** What was used, and what recent leases may still use, is taken: no more. */
  async function compareOne(sql: Sql, quota: Quota): Promise<void> {
    const taken = await lock(sql, quota);
    await sql.query({ ...forgetLeasesSql, values: [...keyOf(quota), reportedAfterSeconds] });
    const period = await billingPeriodOf(sql, quota.organizationId, quota.periodStartsAt);
    // Of a period that was cut short by another subscription nobody takes any more.
    if (period.startsAt.getTime() !== quota.periodStartsAt.getTime()) return;
    const { rows } = await sql.query<{ units: string }>({ ...leasedSql, values: keyOf(quota) });
    const most = (await usedIn(sql, quota, period)) + Number(rows[0]?.units ?? 0);
    if (most < taken) await sql.query({ ...setQuotaSql, values: [...keyOf(quota), most] });
  }

  async function compareAll(): Promise<void> {
    const { rows } = await pool.query<Quota>({ ...oldLeasesSql, values: [reportedAfterSeconds] });
    for (const quota of rows) await inTransaction(pool, (sql) => compareOne(sql, quota));
  }

  const timer = setInterval(() => {
    comparing ??= compareAll()
      .catch((err: unknown) => log.warn({ err }, 'quotas could not be compared with the ledger, trying again'))
      .finally(() => (comparing = null));
  }, compareMs);

  return {
    /** Takes what fits of what is wanted; each call all of its units or none. */
    take: (request: LeaseRequest): Promise<LeaseAnswer> =>
      inTurn(request.organizationId, () =>
        inTransaction(pool, (sql) => takeIn(sql, request, clock.nowOf(request.organizationId))),
      ),
    /** Settles a lease of which `kept` units were used; the rest is free again. Once: again changes nothing. */
    giveBack: (lease: string, kept: number): Promise<void> =>
      inTransaction(pool, (sql) => giveBackIn(sql, lease, kept)),
    /** Compares now what is due. */
    compare: compareAll,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await comparing;
    },
  };
}
