import type { Member, Team } from '../entities.ts';
import { expectPayload } from '../errors/expect-payload.ts';
import {
  AddTeamMemberDocument,
  CreateTeamDocument,
  DeleteTeamDocument,
  RemoveTeamMemberDocument,
  RenameTeamDocument,
  TeamMembersDocument,
  TeamsDocument,
} from '../generated/documents.ts';
import type { CallOptions } from '../options.ts';
import { createPagedList, emptyPage } from '../pagination.ts';
import type { PagedList, PageOptions } from '../pagination.ts';
import type { Graphql } from '../transport/graphql.ts';

export function createTeams({ graphql }: { graphql: Graphql }) {
  return {
    /** Teams of the organization, oldest first. */
    list(options: PageOptions & CallOptions = {}): PagedList<Team> {
      return createPagedList(options, async (window) => {
        const { data } = await graphql(TeamsDocument, window, options);
        return data.viewer?.organization.teams ?? emptyPage;
      });
    },

    /** Who is in a team; nobody in one that is not there. */
    members(id: string, options: PageOptions & CallOptions = {}): PagedList<Member> {
      return createPagedList(options, async (window) => {
        const { data } = await graphql(TeamMembersDocument, { ...window, id }, options);
        return data.node?.__typename === 'Team' ? data.node.members : emptyPage;
      });
    },

    /** Throws ConflictError (TEAM_NAME_TAKEN). */
    async create(name: string, options?: CallOptions): Promise<Team> {
      const { data, requestId } = await graphql(CreateTeamDocument, { input: { name } }, options);
      return expectPayload(data.createTeam, 'CreateTeamPayload', requestId).team;
    },

    /** Throws ConflictError (TEAM_NAME_TAKEN). Saying it twice changes nothing, so this is retried. */
    async rename(id: string, name: string, options?: CallOptions): Promise<Team> {
      const again = { ...options, repeatable: true };
      const { data, requestId } = await graphql(RenameTeamDocument, { input: { id, name } }, again);
      return expectPayload(data.renameTeam, 'RenameTeamPayload', requestId).team;
    },

    async delete(id: string, options?: CallOptions): Promise<void> {
      await graphql(DeleteTeamDocument, { input: { id } }, options);
    },

    /** Doing it twice changes nothing, so this is retried. */
    async add(teamId: string, membershipId: string, options?: CallOptions): Promise<void> {
      const input = { teamId, membershipId };
      await graphql(AddTeamMemberDocument, { input }, { ...options, repeatable: true });
    },

    /** Doing it twice changes nothing, so this is retried. */
    async remove(teamId: string, membershipId: string, options?: CallOptions): Promise<void> {
      const input = { teamId, membershipId };
      await graphql(RemoveTeamMemberDocument, { input }, { ...options, repeatable: true });
    },
  };
}
