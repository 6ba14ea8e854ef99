import type { Call } from '../call.ts';
import type { Invitation, Member } from '../entities.ts';
import { expectPayload } from '../errors/expect-payload.ts';
import {
  AcceptInvitationDocument,
  ChangeMemberRoleDocument,
  InvitationsDocument,
  InviteMemberDocument,
  MembersDocument,
  RemoveMemberDocument,
  RevokeInvitationDocument,
} from '../generated/documents.ts';
import type { InviteMemberInput, Role } from '../generated/types.ts';
import type { CallOptions } from '../options.ts';
import { createPagedList, emptyPage } from '../pagination.ts';
import type { PagedList, PageOptions } from '../pagination.ts';
import type { Credentials } from '../transport/credentials.ts';
import { callOf } from '../transport/graphql.ts';
import type { Graphql } from '../transport/graphql.ts';
import { actIn } from './organizations.ts';
import type { SwitchedTo } from './organizations.ts';
import { graphqlForTokens } from './for-tokens.ts';

export function createMembers({ graphql }: { graphql: Graphql }) {
  return {
    /** Members of the organization, first joined first. */
    list(options: PageOptions & CallOptions = {}): PagedList<Member> {
      return createPagedList(
        options,
        (window) => graphql(MembersDocument, window, options),
        (data) => data.viewer?.organization.members ?? emptyPage,
      );
    },

    /**
     * Gives a member another role. Throws ConflictError (LAST_OWNER), and PermissionDeniedError: STEP_UP_REQUIRED, or
     * FORBIDDEN for a role that may do more than who gives it.
     */
    changeRole(membershipId: string, role: Role, options?: CallOptions): Call<Member> {
      return callOf(
        graphql(ChangeMemberRoleDocument, { input: { membershipId, role } }, options),
        ({ data, requestId }) => expectPayload(data.changeMemberRole, requestId).membership,
      );
    },

    /** Ends a membership at once, with its sign-ins, keys and streams. Throws as `changeRole`. */
    remove(membershipId: string, options?: CallOptions): Call<void> {
      return callOf(graphql(RemoveMemberDocument, { input: { membershipId } }, options), ({ data, requestId }) => {
        expectPayload(data.removeMember, requestId);
      });
    },
  };
}

type Deps = { graphql: Graphql; credentials: Credentials };

export function createInvitations({ graphql, credentials }: Deps) {
  const forTokens = graphqlForTokens({ graphql, credentials });
  return {
    /** Offers to join, oldest first; none for those who may not invite. */
    list(options: PageOptions & CallOptions = {}): PagedList<Invitation> {
      return createPagedList(
        options,
        (window) => graphql(InvitationsDocument, window, options),
        (data) => data.viewer?.organization.invitations ?? emptyPage,
      );
    },

    /**
     * Mails an offer; one that is open for the same address is withdrawn. Throws ConflictError (ALREADY_MEMBER),
     * RateLimitError (TOO_MANY_ATTEMPTS), and PermissionDeniedError (STEP_UP_REQUIRED) for roles that manage others.
     */
    send(input: InviteMemberInput, options?: CallOptions): Call<Invitation> {
      return callOf(
        graphql(InviteMemberDocument, { input }, options),
        ({ data, requestId }) => expectPayload(data.inviteMember, requestId).invitation,
      );
    },

    /** Withdraws an offer. Doing it twice changes nothing. */
    revoke(id: string, options?: CallOptions): Call<Invitation> {
      return callOf(
        graphql(RevokeInvitationDocument, { input: { id } }, options),
        ({ data }) => data.revokeInvitation.invitation,
      );
    },

    /**
     * Joins with the token of a mail, as whoever this client speaks for; it acts in that organization from now on. Throws
     * InvalidRequestError (TOKEN_INVALID), ConflictError (ALREADY_MEMBER).
     */
    accept(token: string, options?: CallOptions): Call<SwitchedTo> {
      return callOf(forTokens(AcceptInvitationDocument, { input: { token } }, options), ({ data, requestId }) =>
        actIn(credentials, expectPayload(data.acceptInvitation, requestId)),
      );
    },
  };
}
