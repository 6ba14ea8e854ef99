import type { PrismaClient } from '@sightline/db/client';
import type { Clock } from '../../ports.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { lockPlan, requireRetention } from '../billing/plan-limits.ts';
import type { Viewer } from '../identity/viewer.ts';
import { usualRetention } from './retention.ts';
import type { RetentionDays } from './retention.ts';

type Deps = { db: PrismaClient; audit: AuditLog; clock: Clock };

const select = { snapshotDays: true, eventDays: true, archiveDays: true, auditDays: true } as const;

/** How long an organization keeps what; the only writer of its settings. */
export function createRetentionService({ db, audit, clock }: Deps) {
  const find = async (tx: Pick<PrismaClient, 'retentionSettings'>, organizationId: string): Promise<RetentionDays> =>
    (await tx.retentionSettings.findUnique({ where: { organizationId }, select })) ?? usualRetention;

  return {
    of: (organizationId: string): Promise<RetentionDays> => find(db, organizationId),

    /** Changes what is given and leaves the rest. Throws PLAN_LIMIT_REACHED for more days than the plan allows. */
    async set(viewer: Viewer, input: Partial<RetentionDays>, requestId: string): Promise<void> {
      const { organizationId } = viewer;
      await db.$transaction(async (tx) => {
        const before = await find(tx, organizationId);
        const after = { ...before, ...input };
        requireRetention(await lockPlan(tx, organizationId), Math.max(0, ...Object.values(input)));
        await tx.retentionSettings.upsert({
          where: { organizationId },
          create: { ...after, organizationId, updatedAt: clock.now() },
          update: { ...after, updatedAt: clock.now() },
        });
        const target = { targetType: 'Organization', targetId: organizationId };
        await audit.record(tx, viewer, { action: 'setRetention', ...target, requestId, before, after });
      });
    },
  };
}
