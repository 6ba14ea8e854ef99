import { builder } from '../../../graphql/builder.ts';
import { page } from '../../../graphql/page.ts';
import { findVisible, whereVisible } from '../../../graphql/visible.ts';
import { RoleEnum } from '../user.graphql.ts';
import { LastOwnerError } from './organizations.errors.ts';
import { membershipsVisibleTo } from './organizations.policy.ts';

export const MembershipNode = builder.prismaNode('Membership', {
  id: { resolve: ({ id }) => id },
  nullable: true,
  findUnique: findVisible(membershipsVisibleTo),
  fields: (t) => ({
    user: t.relation('user'),
    role: t.expose('role', { type: RoleEnum }),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
  }),
});

builder.prismaObjectField('Organization', 'members', (t) =>
  t.prismaConnection(
    {
      type: 'Membership',
      cursor: 'id',
      ...page,
      description: 'Members, first joined first; who may not read members sees only themselves.',
      resolve: (query, { id: organizationId }, _args, { db, viewer }) =>
        db.membership.findMany({
          ...query,
          where: { AND: [{ organizationId }, whereVisible(membershipsVisibleTo, viewer)] },
          orderBy: { id: 'asc' },
        }),
    },
    { name: 'MembershipConnection' },
    { name: 'MembershipEdge' },
  ),
);

const ChangeMemberRoleInput = builder.inputType('ChangeMemberRoleInput', {
  fields: (t) => ({
    membershipId: t.globalID({ required: true, for: MembershipNode }),
    role: t.field({ type: RoleEnum, required: true }),
  }),
});

const ChangeMemberRolePayload = builder.objectRef<{ id: string }>('ChangeMemberRolePayload').implement({
  fields: (t) => ({
    membership: t.prismaField({
      type: 'Membership',
      resolve: (query, { id }, _args, { db }) => db.membership.findUniqueOrThrow({ ...query, where: { id } }),
    }),
  }),
});

builder.mutationField('changeMemberRole', (t) =>
  t.withAuth({ can: 'members:write' }).field({
    type: ChangeMemberRolePayload,
    description: 'Nobody gives or takes a role that may do more than they may themselves.',
    args: { input: t.arg({ type: ChangeMemberRoleInput, required: true }) },
    errors: { types: [LastOwnerError] },
    resolve: async (_root, { input: { membershipId, role } }, { services, viewer, requestId }) => {
      await services.members.changeRole(viewer, { id: membershipId.id, role }, requestId);
      return { id: membershipId.id };
    },
  }),
);

const RemoveMemberInput = builder.inputType('RemoveMemberInput', {
  fields: (t) => ({ membershipId: t.globalID({ required: true, for: MembershipNode }) }),
});

const RemoveMemberPayload = builder.objectRef<{ id: string }>('RemoveMemberPayload').implement({
  fields: (t) => ({ removedId: t.globalID({ resolve: ({ id }) => ({ type: 'Membership', id }) }) }),
});

builder.mutationField('removeMember', (t) =>
  t.withAuth({ can: 'members:write' }).field({
    type: RemoveMemberPayload,
    description: 'Ends a membership at once: sign-ins, API keys made by the member, open sockets and streams.',
    args: { input: t.arg({ type: RemoveMemberInput, required: true }) },
    errors: { types: [LastOwnerError] },
    resolve: async (_root, { input: { membershipId } }, { services, viewer, requestId }) => {
      await services.members.remove(viewer, membershipId.id, requestId);
      return { id: membershipId.id };
    },
  }),
);
