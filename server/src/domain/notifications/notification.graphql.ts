import { z } from 'zod';
import { builder } from '../../graphql/builder.ts';
import { liveStream, liveValue } from '../../graphql/live-stream.ts';
import { maxPageSize, page } from '../../graphql/page.ts';
import { findVisible } from '../../graphql/visible.ts';
import { requirePerson } from '../identity/accounts/require-person.ts';
import { notificationsVisibleTo } from './notifications.policy.ts';

const NotificationValueType = builder
  .objectRef<{ name: string; value: string }>('NotificationValue')
  .implement({ fields: (t) => ({ name: t.exposeString('name'), value: t.exposeString('value') }) });

export const NotificationNode = builder.prismaNode('Notification', {
  id: { resolve: (notification) => notification.id },
  nullable: true,
  findUnique: findVisible(notificationsVisibleTo),
  description: 'Something that one person is told, in the product.',
  fields: (t) => ({
    kind: t.exposeString('kind', { description: 'Such as `usage.threshold`: choose words and picture by it.' }),
    values: t.field({
      type: [NotificationValueType],
      select: { values: true },
      description: 'What it is about, such as how much of which limit; numbers as text.',
      resolve: ({ values }) =>
        Object.entries(values as Record<string, string | number>).map(([name, value]) => ({
          name,
          value: String(value),
        })),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
    readAt: t.expose('readAt', { type: 'DateTime', nullable: true }),
  }),
});

builder.queryField('notifications', (t) =>
  t.withAuth({ signedIn: true }).prismaConnection(
    {
      type: 'Notification',
      cursor: 'id',
      ...page,
      description: 'What the person was told in this organization, newest first. For people, not for keys.',
      args: { unreadOnly: t.arg.boolean({ description: 'Left out: those that were read as well.' }) },
      resolve: (query, _root, { unreadOnly }, { db, viewer }) =>
        db.notification.findMany({
          ...query,
          where: { AND: [notificationsVisibleTo(requirePerson(viewer)), unreadOnly === true ? { readAt: null } : {}] },
          orderBy: { id: 'desc' },
        }),
    },
    { name: 'NotificationConnection' },
    { name: 'NotificationEdge' },
  ),
);

builder.queryField('unreadCount', (t) =>
  t.withAuth({ signedIn: true }).field({
    type: 'Int',
    description: 'How many notifications of the person are unread in this organization. For people, not for keys.',
    resolve: (_root, _args, { services, viewer }) => services.notifications.unreadCount(viewer),
  }),
);

const MarkNotificationsReadInput = builder.inputType('MarkNotificationsReadInput', {
  fields: (t) => ({
    ids: t.globalIDList({ for: NotificationNode, description: 'Left out: all of them.' }),
  }),
});

const MarkNotificationsReadPayload = builder
  .objectRef<{ count: number }>('MarkNotificationsReadPayload')
  .implement({ fields: (t) => ({ count: t.exposeInt('count', { description: 'How many were unread before.' }) }) });

builder.mutationField('markNotificationsRead', (t) =>
  t.withAuth({ signedIn: true }).field({
    type: MarkNotificationsReadPayload,
    description: 'Marks notifications of the person as read. For people, not for keys.',
    args: {
      input: t.arg({
        type: MarkNotificationsReadInput,
        required: true,
        validate: z.looseObject({ ids: z.array(z.unknown()).max(maxPageSize).nullish() }),
      }),
    },
    resolve: async (_root, { input }, { services, viewer, requestId }) => ({
      count: await services.notifications.markRead(viewer, input.ids?.map(({ id }) => id) ?? null, requestId),
    }),
  }),
);

builder.subscriptionField('notificationAdded', (t) =>
  t.withAuth({ signedIn: true }).prismaField({
    type: 'Notification',
    description: 'Each notification of the person that comes from now on. For people, not for keys.',
    subscribe: (_root, _args, { services, viewer }) =>
      liveStream({
        viewer,
        watch: services.viewerWatch,
        open: (signal) => services.notifications.follow(viewer, signal),
      }),
    resolve: (query, added, _args, { db }) =>
      db.notification.findUniqueOrThrow({ ...query, where: { id: liveValue(added).id } }),
  }),
);
