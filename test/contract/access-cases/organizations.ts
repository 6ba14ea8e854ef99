import { input, none } from '../access-case.ts';
import type { AccessCases } from '../access-case.ts';

const named = (what: string) => input(() => ({ name: `${what} ${Math.random()}` }));
const members = { access: 'write', needs: 'members:write' } as const;
const roles = { access: 'write', needs: 'roles:write' } as const;
const person = { access: 'read', needs: 'signedIn' } as const;

/** Root fields of organizations, members, teams and roles. */
export const organizationCases: AccessCases = {
  'Mutation.createOrganization': { ...person, onlyPeople: true, variables: named('made') },
  'Mutation.updateOrganization': { access: 'write', needs: 'organization:write', variables: named('renamed') },
  'Mutation.deleteOrganization': {
    access: 'write',
    needs: 'organization:delete',
    consumes: true,
    variables: input(({ mark }) => ({ name: `not ${mark.length}` })),
    ownVariables: input(({ mark }) => ({ name: `${mark} organization` })),
  },
  'Mutation.switchOrganization': {
    ...person,
    onlyPeople: true,
    variables: input(({ ids }) => ({ organizationId: ids['Organization'] })),
  },
  'Mutation.leaveOrganization': { ...person, consumes: true, onlyPeople: true, variables: none },
  'Mutation.inviteMember': {
    ...members,
    variables: input(() => ({ email: `invited-${Math.random()}@example.com`, role: 'GUEST' })),
  },
  'Mutation.acceptInvitation': {
    ...person,
    onlyPeople: true,
    invitedOnly: true,
    variables: input(({ invitationToken }) => ({ token: invitationToken })),
  },
  'Mutation.createTeam': { ...members, variables: named('team') },
  'Mutation.renameTeam': {
    ...members,
    variables: input(({ ids }) => ({ id: ids['Team'], name: `team ${Math.random()}` })),
  },
  'Mutation.addTeamMember': {
    ...members,
    variables: input(({ ids }) => ({ teamId: ids['Team'], membershipId: ids['Membership'] })),
  },
  'Mutation.createCustomRole': {
    ...roles,
    variables: input(() => ({ name: `role ${Math.random()}`, permissions: ['READ'] })),
  },
  'Mutation.updateCustomRole': {
    ...roles,
    variables: input(({ ids }) => ({ id: ids['CustomRole'], permissions: ['READ', 'SESSIONS_WRITE'] })),
  },
  'Mutation.assignRole': {
    ...roles,
    variables: input(({ ids }) => ({
      customRoleId: ids['CustomRole'],
      sourceId: ids['Source'],
      membershipId: ids['Membership'],
    })),
  },

  // What takes away comes last: whoever goes through the list in order finds everything there.
  'Mutation.revokeInvitation': { ...members, variables: input(({ ids }) => ({ id: ids['Invitation'] })) },
  'Mutation.changeMemberRole': {
    ...members,
    variables: input(({ ids }) => ({ membershipId: ids['Membership'], role: 'VIEWER' })),
  },
  'Mutation.unassignRole': { ...roles, variables: input(({ ids }) => ({ id: ids['RoleAssignment'] })) },
  'Mutation.deleteCustomRole': { ...roles, variables: input(({ ids }) => ({ id: ids['CustomRole'] })) },
  'Mutation.removeTeamMember': {
    ...members,
    variables: input(({ ids }) => ({ teamId: ids['Team'], membershipId: ids['Membership'] })),
  },
  'Mutation.deleteTeam': { ...members, variables: input(({ ids }) => ({ id: ids['Team'] })) },
  'Mutation.removeMember': { ...members, variables: input(({ ids }) => ({ membershipId: ids['Membership'] })) },
};
