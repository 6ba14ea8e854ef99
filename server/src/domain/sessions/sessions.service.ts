import type { PrismaClient, SessionProfile } from '@sightline/db/client';
import { NotFoundError } from '../../errors/request-errors.ts';
import type { Clock } from '../../ports.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { lockPlan, requireActive, requireSessionCapacity } from '../billing/plan-limits.ts';
import { requireWithSource } from '../identity/access.ts';
import type { Viewer } from '../identity/viewer.ts';
import type { Outbox } from '../outbox/outbox.ts';
import { sourcesVisibleTo } from '../sources/sources.policy.ts';
import { requirePipelines } from './pipelines.ts';
import { activeStates, nextState } from './session-state.ts';
import { sessionsVisibleTo } from './sessions.policy.ts';

export type SessionsService = ReturnType<typeof createSessionsService>;
type Deps = { db: PrismaClient; clock: Clock; outbox: Outbox; audit: AuditLog };
type StartSession = { sourceId: string; pipelines: string[]; profile: SessionProfile };

/** What people may ask of sessions. Running them is the session runner's part. */
export function createSessionsService({ db, clock, outbox, audit }: Deps) {
  return {
    /** Queues a session; a server takes it at once. Throws NOT_FOUND, FORBIDDEN, PIPELINE_UNKNOWN, PLAN_LIMIT_REACHED, PAYMENT_REQUIRED. */
    async start(
      viewer: Viewer,
      { sourceId, pipelines, profile }: StartSession,
      requestId: string,
    ): Promise<{ id: string }> {
      requirePipelines(pipelines);
      const { organizationId } = viewer;
      const session = await db.$transaction(async (tx) => {
        const source = await tx.source.findFirst({ where: { AND: [{ id: sourceId }, sourcesVisibleTo(viewer)] } });
        if (!source) throw new NotFoundError('Source', sourceId);
        requireWithSource(viewer, 'sessions:write', sourceId);
        const plan = await lockPlan(tx, organizationId);
        requireActive(plan);
        requireSessionCapacity(
          plan,
          await tx.session.count({ where: { organizationId, captureId: null, state: { in: [...activeStates] } } }),
        );
        const created = await tx.session.create({ data: { organizationId, sourceId, pipelines, profile, requestId } });
        await outbox.addPrisma(tx, 'session.queued', { organizationId, sessionId: created.id });
        await audit.record(tx, viewer, { action: 'startSession', targetId: created.id, requestId });
        return created;
      });
      outbox.kick();
      return session;
    },

    /** Asks a session to end. Works from every state and changes nothing in a final one. Throws NOT_FOUND, FORBIDDEN. */
    async stop(viewer: Viewer, id: string, requestId: string): Promise<void> {
      await db.$transaction(async (tx) => {
        const visible = await tx.session.findFirst({
          where: { AND: [{ id }, sessionsVisibleTo(viewer)] },
          select: { sourceId: true },
        });
        if (!visible) throw new NotFoundError('Session', id);
        requireWithSource(viewer, 'sessions:write', visible.sourceId);
        // Locked, so that a stop and the runner's own step cannot overwrite each other.
        await tx.$queryRaw`select 1 from "Session" where "id" = ${id}::uuid for update`;
        const session = await tx.session.findUniqueOrThrow({ where: { id } });
        const state = nextState(session.state, 'stop');
        if (state === null || state === session.state) return;
        const ended = state === 'STOPPED' && { endedAt: clock.now(), endReason: 'STOP_REQUESTED' as const };
        await tx.session.update({ where: { id }, data: { state, ...ended } });
        const payload = { organizationId: session.organizationId, sessionId: id };
        await outbox.addPrisma(tx, 'session.changed', payload);
        await outbox.addPrisma(tx, 'session.stop-requested', payload);
        await audit.record(tx, viewer, { action: 'stopSession', targetId: id, requestId });
      });
      outbox.kick();
    },
  };
}
