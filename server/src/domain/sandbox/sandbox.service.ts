import type { Prisma, PrismaClient } from '@sightline/db/client';
import { InputInvalidError, ServiceUnavailableError } from '../../errors/request-errors.ts';
import type { OrganizationClock } from '../../organization-clock.ts';
import { sqlOf } from '../../transaction.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { Attempts } from '../identity/accounts/attempts.ts';
import { TooManyAttemptsError } from '../identity/identity.errors.ts';
import type { Viewer } from '../identity/viewer.ts';
import type { Jobs } from '../jobs/jobs.ts';
import type { Outbox } from '../outbox/outbox.ts';
import { addDuration } from './duration.ts';
import type { Duration } from './duration.ts';
import { SandboxOnlyError } from './sandbox.errors.ts';
import { lockClockSql, moveClockSql } from './sandbox.queries.ts';

export type SandboxService = ReturnType<typeof createSandboxService>;
type Deps = {
  /** The system's: nobody else may move a clock. */
  db: PrismaClient;
  clock: OrganizationClock;
  jobs: Pick<Jobs, 'nextMoment' | 'doAt' | 'exclusively'>;
  /** By our time. */
  attempts: Pick<Attempts, 'take'>;
  outbox: Outbox;
  audit: AuditLog;
};

const dayMs = 86_400_000;
/** In one call, so that it ends: a year and what it takes to get over its end. */
const daysMax = 400;
/** Altogether. Years of five digits are written differently. */
const yearsAheadMax = 100;
/** A move fills rates and quotas again: without a bound there would be none on what a sandbox makes our machines do. */
const movesOfOne = { max: 1_000, windowSeconds: 3_600 };
/** How long to wait for whoever moves the same clock, or does the same organization's work. */
const waitMs = 10_000;

/** Where a clock stands, and how far ahead of ours that is. */
export type Moved = { organizationId: string; now: Date; clockOffsetMs: number };

/** The only writer of clocks. */
export function createSandboxService({ db, clock, jobs, attempts, outbox, audit }: Deps) {
  /** Holds the organization and gives how far ahead it is, in milliseconds. Throws SANDBOX_ONLY. */
  async function lock(tx: Prisma.TransactionClient, organizationId: string): Promise<number> {
    const values = [organizationId];
    const { rows } = await sqlOf(tx).query<{ isSandbox: boolean; offsetMs: number }>({ ...lockClockSql, values });
    if (!rows[0]?.isSandbox) throw new SandboxOnlyError(organizationId);
    return rows[0].offsetMs;
  }

  /** Makes it `offsetMs` ahead, and tells everybody who remembers. Gives how far ahead it is then. */
  async function move(tx: Prisma.TransactionClient, organizationId: string, offsetMs: number): Promise<number> {
    const values = [organizationId, Math.round(offsetMs)];
    const { rows } = await sqlOf(tx).query<{ offsetMs: number }>({ ...moveClockSql, values });
    await outbox.addPrisma(tx, 'clock.moved', { organizationId });
    // Who is signed in there may be so no longer.
    await outbox.addPrisma(tx, 'access.changed', { organizationId });
    if (!rows[0]) throw new SandboxOnlyError(organizationId);
    return rows[0].offsetMs;
  }

  async function advance(viewer: Viewer, by: Duration, requestId: string): Promise<Moved> {
    const { organizationId } = viewer;
    const ours = () => clock.ours.now().getTime();
    const { target, offsetMs } = await db.$transaction(async (tx) => {
      const aheadMs = await lock(tx, organizationId);
      const from = new Date(ours() + aheadMs);
      const to = addDuration(from, by);
      if (to.getTime() - from.getTime() > daysMax * dayMs) {
        throw new InputInvalidError('input.by', `Not more than ${daysMax} days at a time.`);
      }
      const movedMs = aheadMs + to.getTime() - from.getTime();
      if (movedMs > yearsAheadMax * 366 * dayMs) {
        throw new InputInvalidError('input.by', `Not more than ${yearsAheadMax} years ahead of today.`);
      }
      await audit.record(tx, viewer, {
        ...{ action: 'advanceClock', targetType: 'Organization', targetId: organizationId, requestId },
        ...{ before: { clockOffsetMs: aheadMs }, after: { clockOffsetMs: movedMs } },
      });
      return { target: to, offsetMs: movedMs };
    });

    // From the beginning: what became due a moment ago may not have been done yet.
    for (let at: Date | null = new Date(0); ;) {
      at = await jobs.nextMoment(organizationId, at);
      const isLast = at === null || at >= target;
      const moment = isLast || at === null ? target : at;
      const aheadMs = await db.$transaction((tx) =>
        move(tx, organizationId, isLast ? offsetMs : moment.getTime() - ours()),
      );
      outbox.kick();
      await jobs.doAt(organizationId, moment, aheadMs);
      if (isLast) return { organizationId, now: target, clockOffsetMs: aheadMs };
      at = moment;
    }
  }

  return {
    /**
     * Moves the clock of the viewer's sandbox on. What becomes due on the way is done at its own moment, one after the other;
     * when this resolves, all of it is. Where something fails, the clock stands there, and goes on from there when it is
     * asked again. Throws SANDBOX_ONLY, INPUT_INVALID, TOO_MANY_ATTEMPTS, and SERVICE_UNAVAILABLE while somebody else moves it.
     */
    async advance(viewer: Viewer, by: Duration, requestId: string): Promise<Moved> {
      const { organizationId } = viewer;
      const { isSandbox } = await db.organization.findUniqueOrThrow({
        where: { id: organizationId },
        select: { isSandbox: true },
      });
      if (!isSandbox) throw new SandboxOnlyError(organizationId);
      const { allowed, retryAfterMs } = await attempts.take('advance-clock', organizationId, movesOfOne);
      if (!allowed) throw new TooManyAttemptsError('advance-clock', retryAfterMs);
      const moved = await jobs.exclusively(organizationId, waitMs, () => advance(viewer, by, requestId));
      if (!moved) throw new ServiceUnavailableError('The clock of this sandbox');
      return moved;
    },
  };
}
