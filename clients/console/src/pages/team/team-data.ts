import type { CustomRole, Invitation, Member, SightlineError, Team } from '@sightline/core';
import { useAsk } from '../../app/data.ts';
import { gather } from '../../app/gather.ts';

type Gathered<T> = ReturnType<typeof useAsk<{ items: readonly T[]; isCut: boolean }>>;
export type Failure = SightlineError | null;

const most = { pageSize: 100 };

export const useMembers = (): Gathered<Member> =>
  useAsk(['members'], (client, signal) => gather(client.members.list({ ...most, signal })));

/** Those that are open or lapsed; who accepted is a member, and who was withdrawn was told so. */
export const useInvitations = (): Gathered<Invitation> =>
  useAsk(['invitations'], async (client, signal) => {
    const { items, isCut } = await gather(client.invitations.list({ ...most, signal }));
    return { items: items.filter(({ acceptedAt, revokedAt }) => acceptedAt === null && revokedAt === null), isCut };
  });

export const useTeams = (): Gathered<Team> =>
  useAsk(['teams'], (client, signal) => gather(client.teams.list({ ...most, signal })));

export const useTeamMembers = (id: string): Gathered<Member> =>
  useAsk(['teams', id, 'members'], (client, signal) => gather(client.teams.members(id, { ...most, signal })));

export const useCustomRoles = (): Gathered<CustomRole> =>
  useAsk(['roles'], (client, signal) => gather(client.roles.list({ ...most, signal })));
