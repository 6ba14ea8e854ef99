import { Repeater, SlidingBuffer } from '@repeaterjs/repeater';
import type { Locale, Prisma, PrismaClient, Role } from '@sightline/db/client';
import type { OrganizationClock } from '../../organization-clock.ts';
import { withOrganization } from '../../tenancy.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { requirePerson } from '../identity/accounts/require-person.ts';
import { permissionTable } from '../identity/permissions.ts';
import type { Permission } from '../identity/permissions.ts';
import type { Viewer } from '../identity/viewer.ts';
import type { Outbox } from '../outbox/outbox.ts';
import type { SignalReader } from '../outbox/signal-reader.ts';
import { notificationsVisibleTo } from './notifications.policy.ts';

export type NotificationsService = ReturnType<typeof createNotificationsService>;

/** Something that happened to an organization, for those of its members whom it concerns. */
export type Notice = {
  organizationId: string;
  /** Such as `usage.threshold`: clients choose words and picture by it. Kept in rows, never renamed. */
  kind: string;
  values: Readonly<Record<string, string | number>>;
  /** Who has it, by their role in the whole organization, is told. */
  permission: Permission;
};

/** Somebody who was told. */
export type Reader = { userId: string; email: string; name: string; locale: Locale };

type Deps = { db: PrismaClient; outbox: Outbox; audit: AuditLog; clock: OrganizationClock; signals: SignalReader };

/** A notification is found at the latest after this long when the bus loses its signal. */
const pollMs = 5_000;
/** As many as anybody missed are told; the list has the rest. */
const newestCount = 100;

/** The only writer of notifications. */
export function createNotificationsService({ db, outbox, audit, clock, signals }: Deps) {
  return {
    /**
     * Writes one for each member with the permission, in the caller's transaction, which is the system's; gives whom. Call
     * `outbox.kick` after the commit.
     */
    async add(tx: Prisma.TransactionClient, { organizationId, kind, values, permission }: Notice): Promise<Reader[]> {
      const roles: readonly Role[] = permissionTable[permission].roles;
      const members = await tx.membership.findMany({
        where: { organizationId, role: { in: [...roles] }, user: { erasedAt: null } },
        select: { user: { select: { id: true, email: true, name: true, locale: true } } },
        orderBy: { id: 'asc' },
      });
      const createdAt = clock.nowOf(organizationId);
      await tx.notification.createMany({
        data: members.map(({ user }) => ({ organizationId, userId: user.id, kind, values, createdAt })),
      });
      await outbox.addPrisma(tx, 'notification.added', { organizationId });
      return members.map(({ user: { id: userId, ...user } }) => ({ userId, ...user }));
    },

    /** Those of the viewer that nobody has read. For people. */
    unreadCount: async (viewer: Viewer): Promise<number> =>
      db.notification.count({ where: { AND: [notificationsVisibleTo(requirePerson(viewer)), { readAt: null }] } }),

    /** Marks those of the viewer's own that are unread; null: all. Gives how many were. For people. */
    async markRead(viewer: Viewer, ids: readonly string[] | null, requestId: string): Promise<number> {
      requirePerson(viewer);
      return db.$transaction(async (tx) => {
        const some = ids === null ? {} : { id: { in: [...ids] } };
        const { count } = await tx.notification.updateMany({
          where: { AND: [notificationsVisibleTo(viewer), { readAt: null }, some] },
          data: { readAt: clock.now() },
        });
        const target = { targetType: 'Notification', targetId: null };
        await audit.record(tx, viewer, { ...target, action: 'markNotificationsRead', requestId, after: { count } });
        return count;
      });
    },

    /** Those that come from now on, each once; ends when `signal` aborts. For people. */
    async follow(viewer: Viewer, signal: AbortSignal): Promise<AsyncIterable<{ id: string }>> {
      const { organizationId } = requirePerson(viewer);
      const where = notificationsVisibleTo(viewer);
      const newest = { where, orderBy: { id: 'desc' }, take: newestCount, select: { id: true } } as const;
      const read = () => withOrganization(organizationId, () => db.notification.findMany(newest));
      const seen = new Set((await read()).map(({ id }) => id));

      return new Repeater<{ id: string }>(async (push, stop) => {
        let reading = Promise.resolve();
        const look = () => {
          reading = reading.then(async () => {
            // Ids are not in the order of commits: what was not seen is new, wherever it stands.
            for (const { id } of (await read()).toReversed()) {
              if (seen.has(id)) continue;
              seen.add(id);
              void push({ id });
            }
          });
          reading.catch(stop);
        };
        const unsubscribe = await signals.on('notification.added', organizationId, look);
        const poll = setInterval(look, pollMs);
        if (signal.aborted) stop();
        signal.addEventListener('abort', () => stop(), { once: true });
        look();
        await stop;
        clearInterval(poll);
        await unsubscribe();
      }, new SlidingBuffer(newestCount));
    },
  };
}
