import type { Organization, OrganizationMembership, Viewer } from '../entities.ts';
import { expectPayload } from '../errors/expect-payload.ts';
import {
  AdvanceClockDocument,
  CreateOrganizationDocument,
  DeleteOrganizationDocument,
  LeaveOrganizationDocument,
  MyOrganizationsDocument,
  OrganizationDocument,
  SetRetentionDocument,
  SwitchOrganizationDocument,
  UpdateOrganizationDocument,
} from '../generated/documents.ts';
import type { SetRetentionInput } from '../generated/types.ts';
import type { CallOptions } from '../options.ts';
import type { Credentials } from '../transport/credentials.ts';
import type { Graphql } from '../transport/graphql.ts';

/** A sign-in in another organization, beside the one that asked for it. */
export type SwitchedTo = { token: string; refreshToken: string; expiresAt: string; viewer: Viewer };

type Deps = { graphql: Graphql; credentials: Credentials };

/** From now on the client speaks in the organization that the tokens are for. */
export function actIn(credentials: Credentials, switched: SwitchedTo): SwitchedTo {
  const { token, refreshToken, expiresAt, viewer } = switched;
  credentials.replace({ token, refreshToken });
  return { token, refreshToken, expiresAt, viewer };
}

export function createOrganizations({ graphql, credentials }: Deps) {
  return {
    /** The one that the client acts in; null when nobody is signed in. */
    async current(options?: CallOptions): Promise<Organization | null> {
      const { data } = await graphql(OrganizationDocument, {}, options);
      return data.viewer?.organization ?? null;
    },

    /** All that the person is a member of, first joined first; of a key, its own. */
    async list(options?: CallOptions): Promise<readonly OrganizationMembership[]> {
      const { data } = await graphql(MyOrganizationsDocument, {}, options);
      return data.viewer?.organizations ?? [];
    },

    /** Makes another organization, which the person owns; the client goes on in its own: see `switchTo`. */
    async create(name: string, options?: CallOptions): Promise<OrganizationMembership> {
      const { data } = await graphql(CreateOrganizationDocument, { input: { name } }, options);
      return data.createOrganization.organization;
    },

    /** Makes one for trying out: its clock can be moved, and its bills are no bills. */
    async createSandbox(name: string, options?: CallOptions): Promise<OrganizationMembership> {
      const { data } = await graphql(CreateOrganizationDocument, { input: { name, isSandbox: true } }, options);
      return data.createOrganization.organization;
    },

    /**
     * Moves the clock of the sandbox that the client acts in, by a duration such as `P30D` or `P1M`; gives what time it is
     * there then. Tokens that are over by then are refreshed, or end: an API key goes on. Throws PermissionDeniedError
     * (SANDBOX_ONLY) anywhere else.
     */
    async advanceClock(by: string, options?: CallOptions): Promise<Date> {
      const { data } = await graphql(AdvanceClockDocument, { input: { by } }, options);
      return new Date(data.advanceClock.now);
    },

    /** Signs the person in to another of their organizations; this client acts there from now on. */
    async switchTo(organizationId: string, options?: CallOptions): Promise<SwitchedTo> {
      const { data } = await graphql(SwitchOrganizationDocument, { input: { organizationId } }, options);
      return actIn(credentials, data.switchOrganization);
    },

    /** Another name. Saying it twice changes nothing, so this is retried. */
    async rename(name: string, options?: CallOptions): Promise<Organization> {
      const again = { ...options, repeatable: true };
      const { data } = await graphql(UpdateOrganizationDocument, { input: { name } }, again);
      return data.updateOrganization.organization;
    },

    /**
     * How many days things are kept; what is left out stays. Throws PermissionDeniedError (STEP_UP_REQUIRED): prove who
     * you are with `secondFactor.stepUp` first.
     */
    async setRetention(input: SetRetentionInput, options?: CallOptions): Promise<Organization> {
      const { data, requestId } = await graphql(SetRetentionDocument, { input }, { ...options, repeatable: true });
      return expectPayload(data.setRetention, 'SetRetentionPayload', requestId).organization;
    },

    /** Ends the person's own membership; the client speaks for nobody then. Throws ConflictError (LAST_OWNER). */
    async leave(options?: CallOptions): Promise<void> {
      const { data, requestId } = await graphql(LeaveOrganizationDocument, {}, options);
      expectPayload(data.leaveOrganization, 'LeaveOrganizationPayload', requestId);
      credentials.replace(null);
    },

    /** Deletes the organization with everything in it, for good. `name` is its name. Throws as `setRetention`. */
    async delete(name: string, options?: CallOptions): Promise<void> {
      await graphql(DeleteOrganizationDocument, { input: { name } }, options);
      credentials.replace(null);
    },
  };
}
