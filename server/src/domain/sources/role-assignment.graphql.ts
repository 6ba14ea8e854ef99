import { builder } from '../../graphql/builder.ts';
import { page } from '../../graphql/page.ts';
import { findVisible, whereVisible } from '../../graphql/visible.ts';
import { CustomRoleNode } from '../identity/organizations/custom-role.graphql.ts';
import { MembershipNode } from '../identity/organizations/member.graphql.ts';
import {
  membershipsVisibleTo,
  roleAssignmentsVisibleTo,
  teamsVisibleTo,
} from '../identity/organizations/organizations.policy.ts';
import { TeamNode } from '../identity/organizations/team.graphql.ts';
import { SourceNode } from './source.graphql.ts';
import { sourcesVisibleTo } from './sources.policy.ts';

const RoleAssignmentNode = builder.prismaNode('RoleAssignment', {
  id: { resolve: ({ id }) => id },
  nullable: true,
  findUnique: findVisible(roleAssignmentsVisibleTo),
  fields: (t) => ({
    customRole: t.relation('customRole'),
    membership: t.prismaField({
      type: 'Membership',
      nullable: true,
      description: 'The member who has it; null when it is a team.',
      resolve: ({ ...query }, { membershipId: id }, _args, { db, viewer }) =>
        id
          ? db.membership.findFirst({ ...query, where: { AND: [{ id }, whereVisible(membershipsVisibleTo, viewer)] } })
          : null,
    }),
    team: t.prismaField({
      type: 'Team',
      nullable: true,
      description: 'The team that has it; null when it is a member.',
      resolve: ({ ...query }, { teamId: id }, _args, { db, viewer }) =>
        id ? db.team.findFirst({ ...query, where: { AND: [{ id }, whereVisible(teamsVisibleTo, viewer)] } }) : null,
    }),
    source: t.prismaField({
      type: 'Source',
      nullable: true,
      description: 'What it is given for; null where the viewer may not see that.',
      resolve: ({ ...query }, { sourceId: id }, _args, { db, viewer }) =>
        id ? db.source.findFirst({ ...query, where: { AND: [{ id }, whereVisible(sourcesVisibleTo, viewer)] } }) : null,
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
  }),
});

builder.prismaObjectField('CustomRole', 'assignments', (t) =>
  t.prismaConnection(
    {
      type: 'RoleAssignment',
      cursor: 'id',
      ...page,
      description: 'To whom it is given, and for what.',
      resolve: (query, { id: customRoleId }, _args, { db, viewer }) =>
        db.roleAssignment.findMany({
          ...query,
          where: { AND: [{ customRoleId }, whereVisible(roleAssignmentsVisibleTo, viewer)] },
          orderBy: { id: 'asc' },
        }),
    },
    { name: 'RoleAssignmentConnection' },
    { name: 'RoleAssignmentEdge' },
  ),
);

const AssignRoleInput = builder.inputType('AssignRoleInput', {
  description: 'Give exactly one of `membershipId` and `teamId`.',
  fields: (t) => ({
    customRoleId: t.globalID({ required: true, for: CustomRoleNode }),
    sourceId: t.globalID({ required: true, for: SourceNode }),
    membershipId: t.globalID({ for: MembershipNode }),
    teamId: t.globalID({ for: TeamNode }),
  }),
});

const AssignRolePayload = builder.objectRef<{ id: string }>('AssignRolePayload').implement({
  fields: (t) => ({
    assignment: t.prismaField({
      type: 'RoleAssignment',
      resolve: (query, { id }, _args, { db }) => db.roleAssignment.findUniqueOrThrow({ ...query, where: { id } }),
    }),
  }),
});

builder.mutationField('assignRole', (t) =>
  t.withAuth({ can: 'roles:write' }).field({
    type: AssignRolePayload,
    description: 'Gives a custom role to a member or a team, for one source.',
    args: { input: t.arg({ type: AssignRoleInput, required: true }) },
    resolve: (_root, { input }, { services, viewer, requestId }) =>
      services.roleAssignments.assign(
        viewer,
        {
          customRoleId: input.customRoleId.id,
          sourceId: input.sourceId.id,
          membershipId: input.membershipId?.id ?? null,
          teamId: input.teamId?.id ?? null,
        },
        requestId,
      ),
  }),
);

const UnassignRoleInput = builder.inputType('UnassignRoleInput', {
  fields: (t) => ({ id: t.globalID({ required: true, for: RoleAssignmentNode }) }),
});

const UnassignRolePayload = builder.objectRef<{ id: string }>('UnassignRolePayload').implement({
  fields: (t) => ({ unassignedId: t.globalID({ resolve: ({ id }) => ({ type: 'RoleAssignment', id }) }) }),
});

builder.mutationField('unassignRole', (t) =>
  t.withAuth({ can: 'roles:write' }).field({
    type: UnassignRolePayload,
    args: { input: t.arg({ type: UnassignRoleInput, required: true }) },
    resolve: async (_root, { input }, { services, viewer, requestId }) => {
      await services.roleAssignments.unassign(viewer, input.id.id, requestId);
      return { id: input.id.id };
    },
  }),
);
