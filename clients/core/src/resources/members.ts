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
import type { Graphql } from '../transport/graphql.ts';
import { actIn } from './organizations.ts';
import type { SwitchedTo } from './organizations.ts';

export function createMembers({ graphql }: { graphql: Graphql }) {
  return {
    /** Members of the organization, first joined first. */
    list(options: PageOptions & CallOptions = {}): PagedList<Member> {
      return createPagedList(options, async (window) => {
        const { data } = await graphql(MembersDocument, window, options);
        return data.viewer?.organization.members ?? emptyPage;
      });
    },

    /**
     * Gives a member another role. Throws ConflictError (LAST_OWNER), and PermissionDeniedError: STEP_UP_REQUIRED, or
     * FORBIDDEN for a role that may do more than who gives it.
     */
    async changeRole(membershipId: string, role: Role, options?: CallOptions): Promise<Member> {
      const { data, requestId } = await graphql(ChangeMemberRoleDocument, { input: { membershipId, role } }, options);
      return expectPayload(data.changeMemberRole, 'ChangeMemberRolePayload', requestId).membership;
    },

    /** Ends a membership at once, with its sign-ins, keys and streams. Throws as `changeRole`. */
    async remove(membershipId: string, options?: CallOptions): Promise<void> {
      const { data, requestId } = await graphql(RemoveMemberDocument, { input: { membershipId } }, options);
      expectPayload(data.removeMember, 'RemoveMemberPayload', requestId);
    },
  };
}

type Deps = { graphql: Graphql; credentials: Credentials };

export function createInvitations({ graphql, credentials }: Deps) {
  return {
    /** Offers to join, oldest first; none for those who may not invite. */
    list(options: PageOptions & CallOptions = {}): PagedList<Invitation> {
      return createPagedList(options, async (window) => {
        const { data } = await graphql(InvitationsDocument, window, options);
        return data.viewer?.organization.invitations ?? emptyPage;
      });
    },

    /**
     * Mails an offer; one that is open for the same address is withdrawn. Throws ConflictError (ALREADY_MEMBER),
     * RateLimitError (TOO_MANY_ATTEMPTS), and PermissionDeniedError (STEP_UP_REQUIRED) for roles that manage others.
     */
    async send(input: InviteMemberInput, options?: CallOptions): Promise<Invitation> {
      const { data, requestId } = await graphql(InviteMemberDocument, { input }, options);
      return expectPayload(data.inviteMember, 'InviteMemberPayload', requestId).invitation;
    },

    /** Withdraws an offer. Doing it twice changes nothing, so this is retried. */
    async revoke(id: string, options?: CallOptions): Promise<Invitation> {
      const { data } = await graphql(RevokeInvitationDocument, { input: { id } }, { ...options, repeatable: true });
      return data.revokeInvitation.invitation;
    },

    /**
     * Joins with the token of a mail, as whoever this client speaks for; it acts in that organization from now on. Throws
     * InvalidRequestError (TOKEN_INVALID), ConflictError (ALREADY_MEMBER).
     */
    async accept(token: string, options?: CallOptions): Promise<SwitchedTo> {
      const { data, requestId } = await graphql(AcceptInvitationDocument, { input: { token } }, options);
      return actIn(credentials, expectPayload(data.acceptInvitation, 'AcceptInvitationPayload', requestId));
    },
  };
}
