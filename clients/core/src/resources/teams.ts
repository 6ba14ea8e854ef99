import type { Call } from '../call.ts';
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
import { callOf } from '../transport/graphql.ts';
import type { Graphql } from '../transport/graphql.ts';

export function createTeams({ graphql }: { graphql: Graphql }) {
  return {
    /** Teams of the organization, oldest first. */
    list(options: PageOptions & CallOptions = {}): PagedList<Team> {
      return createPagedList(
        options,
        (window) => graphql(TeamsDocument, window, options),
        (data) => data.viewer?.organization.teams ?? emptyPage,
      );
    },

    /** Who is in a team; nobody in one that is not there. */
    members(id: string, options: PageOptions & CallOptions = {}): PagedList<Member> {
      return createPagedList(
        options,
        (window) => graphql(TeamMembersDocument, { ...window, id }, options),
        (data) => (data.node?.__typename === 'Team' ? data.node.members : emptyPage),
      );
    },

    /** Throws ConflictError (TEAM_NAME_TAKEN). */
    create(name: string, options?: CallOptions): Call<Team> {
      return callOf(
        graphql(CreateTeamDocument, { input: { name } }, options),
        ({ data, requestId }) => expectPayload(data.createTeam, requestId).team,
      );
    },

    /** Throws ConflictError (TEAM_NAME_TAKEN). Saying it twice changes nothing. */
    rename(id: string, name: string, options?: CallOptions): Call<Team> {
      return callOf(
        graphql(RenameTeamDocument, { input: { id, name } }, options),
        ({ data, requestId }) => expectPayload(data.renameTeam, requestId).team,
      );
    },

    delete(id: string, options?: CallOptions): Call<void> {
      return callOf(graphql(DeleteTeamDocument, { input: { id } }, options), () => {});
    },

    /** Doing it twice changes nothing. */
    add(teamId: string, membershipId: string, options?: CallOptions): Call<void> {
      return callOf(graphql(AddTeamMemberDocument, { input: { teamId, membershipId } }, options), () => {});
    },

    /** Doing it twice changes nothing. */
    remove(teamId: string, membershipId: string, options?: CallOptions): Call<void> {
      return callOf(graphql(RemoveTeamMemberDocument, { input: { teamId, membershipId } }, options), () => {});
    },
  };
}
