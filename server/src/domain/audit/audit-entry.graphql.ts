import { z } from 'zod';
import type { Prisma } from '@sightline/db/client';
import { builder } from '../../graphql/builder.ts';
import { encodeGlobalId } from '../../graphql/global-id.ts';
import { page } from '../../graphql/page.ts';
import { usersVisibleTo } from '../identity/identity.policy.ts';
import { auditEntriesVisibleTo } from './audit.policy.ts';

const hex = (bytes: Uint8Array | null) => (bytes === null ? null : Buffer.from(bytes).toString('hex'));

builder.prismaObject('AuditEntry', {
  fields: (t) => ({
    seq: t.expose('seq', {
      type: 'BigInt',
      description: 'Number in the organization’s log: gapless, in commit order.',
    }),
    action: t.exposeString('action', { description: 'The mutation, such as `createSource`.' }),
    at: t.expose('at', { type: 'DateTime' }),
    actorId: t.id({
      nullable: true,
      description: 'The user behind it, also when they are gone; null for nobody in particular.',
      resolve: ({ actorUserId }) => actorUserId && encodeGlobalId('User', actorUserId),
    }),
    actor: t.prismaField({
      type: 'User',
      nullable: true,
      description: 'The same, while they are a member.',
      resolve: (query, { actorUserId }, _args, { db, viewer }) =>
        actorUserId && viewer
          ? db.user.findFirst({ ...query, where: { AND: [{ id: actorUserId }, usersVisibleTo(viewer)] } })
          : null,
    }),
    actorApiKeyId: t.id({
      nullable: true,
      description: 'The key that was used.',
      resolve: ({ actorApiKeyId }) => actorApiKeyId && encodeGlobalId('ApiKey', actorApiKeyId),
    }),
    targetType: t.exposeString('targetType', { nullable: true }),
    targetId: t.id({
      nullable: true,
      description: 'What was changed, also when it is gone.',
      resolve: ({ targetType, targetId }) => (targetId && targetType ? encodeGlobalId(targetType, targetId) : targetId),
    }),
    requestId: t.exposeString('requestId'),
    beforeHash: t.string({
      nullable: true,
      description: 'SHA-256 of what was changed as it was, in hex; null where there was nothing.',
      resolve: ({ beforeHash }) => hex(beforeHash),
    }),
    afterHash: t.string({ nullable: true, resolve: ({ afterHash }) => hex(afterHash) }),
    hash: t.string({
      description: 'SHA-256 over this entry and the `hash` of the one before, in hex.',
      resolve: ({ hash }) => Buffer.from(hash).toString('hex'),
    }),
  }),
});

const AuditLogFilter = builder.inputType('AuditLogFilter', {
  description: 'Entries must pass every condition that is given.',
  fields: (t) => ({
    actions: t.stringList({ validate: z.array(z.string().max(100)).max(100) }),
    actorId: t.globalID({ description: 'A user.' }),
    targetId: t.globalID({ description: 'What was changed.' }),
    requestId: t.string({ validate: z.string().max(64) }),
    from: t.field({ type: 'DateTime', description: 'Inclusive.' }),
    to: t.field({ type: 'DateTime', description: 'Exclusive.' }),
  }),
});

type Filter = typeof AuditLogFilter.$inferInput;

function conditionOf(filter: Filter | null | undefined): Prisma.AuditEntryWhereInput {
  const { actions, actorId, targetId, requestId, from, to } = filter ?? {};
  return {
    ...(actions && { action: { in: actions } }),
    ...(actorId && { actorUserId: actorId.id }),
    ...(targetId && { targetId: targetId.id }),
    ...(requestId != null && { requestId }),
    ...((from || to) && { at: { ...(from && { gte: from }), ...(to && { lt: to }) } }),
  };
}

builder.queryField('auditLog', (t) =>
  t.withAuth({ can: 'audit:read' }).prismaConnection(
    {
      type: 'AuditEntry',
      cursor: 'id',
      ...page,
      description: 'Who did what in the organization, newest first.',
      args: { filter: t.arg({ type: AuditLogFilter }) },
      resolve: (query, _root, { filter }, { db, viewer }) =>
        db.auditEntry.findMany({
          ...query,
          where: { AND: [auditEntriesVisibleTo(viewer), conditionOf(filter)] },
          orderBy: { id: 'desc' },
        }),
    },
    { name: 'AuditEntryConnection' },
    { name: 'AuditEntryEdge' },
  ),
);
