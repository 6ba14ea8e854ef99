import { builder } from '../../../graphql/builder.ts';
import { page } from '../../../graphql/page.ts';
import { UserError } from '../../../graphql/user-error.ts';
import { findVisible, whereVisible } from '../../../graphql/visible.ts';
import { MembershipNode } from './member.graphql.ts';
import { nameRule } from './names.ts';
import { TeamNameTakenError } from './organizations.errors.ts';
import { membershipsVisibleTo, teamsVisibleTo } from './organizations.policy.ts';

builder.objectType(TeamNameTakenError, { name: 'TeamNameTakenError', interfaces: [UserError] });

export const TeamNode = builder.prismaNode('Team', {
  id: { resolve: ({ id }) => id },
  nullable: true,
  findUnique: findVisible(teamsVisibleTo),
  fields: (t) => ({
    name: t.exposeString('name'),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
    members: t.prismaConnection(
      {
        type: 'Membership',
        cursor: 'id',
        ...page,
        description: 'Those in it whom the viewer may see.',
        resolve: (query, { id: teamId }, _args, { db, viewer }) =>
          db.membership.findMany({
            ...query,
            where: { AND: [whereVisible(membershipsVisibleTo, viewer), { teams: { some: { teamId } } }] },
            orderBy: { id: 'asc' },
          }),
      },
      { name: 'TeamMembersConnection' },
      { name: 'TeamMembersEdge' },
    ),
  }),
});

builder.prismaObjectField('Organization', 'teams', (t) =>
  t.prismaConnection(
    {
      type: 'Team',
      cursor: 'id',
      ...page,
      description: 'Teams, oldest first; who may not read members sees those they are in.',
      resolve: (query, { id: organizationId }, _args, { db, viewer }) =>
        db.team.findMany({
          ...query,
          where: { AND: [{ organizationId }, whereVisible(teamsVisibleTo, viewer)] },
          orderBy: { id: 'asc' },
        }),
    },
    { name: 'TeamConnection' },
    { name: 'TeamEdge' },
  ),
);

const teamPayload = (name: string) =>
  builder.objectRef<{ id: string }>(name).implement({
    fields: (t) => ({
      team: t.prismaField({
        type: 'Team',
        resolve: (query, { id }, _args, { db }) => db.team.findUniqueOrThrow({ ...query, where: { id } }),
      }),
    }),
  });

const CreateTeamInput = builder.inputType('CreateTeamInput', {
  fields: (t) => ({ name: t.string({ required: true, validate: nameRule }) }),
});

builder.mutationField('createTeam', (t) =>
  t.withAuth({ can: 'members:write' }).field({
    type: teamPayload('CreateTeamPayload'),
    args: { input: t.arg({ type: CreateTeamInput, required: true }) },
    errors: { types: [TeamNameTakenError] },
    resolve: (_root, { input }, { services, viewer, requestId }) =>
      services.teams.create(viewer, input.name, requestId),
  }),
);

const RenameTeamInput = builder.inputType('RenameTeamInput', {
  fields: (t) => ({
    id: t.globalID({ required: true, for: TeamNode }),
    name: t.string({ required: true, validate: nameRule }),
  }),
});

builder.mutationField('renameTeam', (t) =>
  t.withAuth({ can: 'members:write' }).field({
    type: teamPayload('RenameTeamPayload'),
    args: { input: t.arg({ type: RenameTeamInput, required: true }) },
    errors: { types: [TeamNameTakenError] },
    resolve: async (_root, { input: { id, name } }, { services, viewer, requestId }) => {
      await services.teams.rename(viewer, { id: id.id, name }, requestId);
      return { id: id.id };
    },
  }),
);

const DeleteTeamInput = builder.inputType('DeleteTeamInput', {
  fields: (t) => ({ id: t.globalID({ required: true, for: TeamNode }) }),
});

const DeleteTeamPayload = builder.objectRef<{ id: string }>('DeleteTeamPayload').implement({
  fields: (t) => ({ deletedId: t.globalID({ resolve: ({ id }) => ({ type: 'Team', id }) }) }),
});

builder.mutationField('deleteTeam', (t) =>
  t.withAuth({ can: 'members:write' }).field({
    type: DeleteTeamPayload,
    description: 'Its members stay members of the organization, without what the team gave them.',
    args: { input: t.arg({ type: DeleteTeamInput, required: true }) },
    resolve: async (_root, { input }, { services, viewer, requestId }) => {
      await services.teams.delete(viewer, input.id.id, requestId);
      return { id: input.id.id };
    },
  }),
);

const teamMemberInput = (name: string) =>
  builder.inputType(name, {
    fields: (t) => ({
      teamId: t.globalID({ required: true, for: TeamNode }),
      membershipId: t.globalID({ required: true, for: MembershipNode }),
    }),
  });

builder.mutationField('addTeamMember', (t) =>
  t.withAuth({ can: 'members:write' }).field({
    type: teamPayload('AddTeamMemberPayload'),
    description: 'Adding somebody twice changes nothing.',
    args: { input: t.arg({ type: teamMemberInput('AddTeamMemberInput'), required: true }) },
    resolve: async (_root, { input: { teamId, membershipId } }, { services, viewer, requestId }) => {
      await services.teams.addMember(viewer, { teamId: teamId.id, membershipId: membershipId.id }, requestId);
      return { id: teamId.id };
    },
  }),
);

builder.mutationField('removeTeamMember', (t) =>
  t.withAuth({ can: 'members:write' }).field({
    type: teamPayload('RemoveTeamMemberPayload'),
    description: 'Removing who is not in it changes nothing.',
    args: { input: t.arg({ type: teamMemberInput('RemoveTeamMemberInput'), required: true }) },
    resolve: async (_root, { input: { teamId, membershipId } }, { services, viewer, requestId }) => {
      await services.teams.removeMember(viewer, { teamId: teamId.id, membershipId: membershipId.id }, requestId);
      return { id: teamId.id };
    },
  }),
);
