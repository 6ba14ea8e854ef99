import type { Call } from '../call.ts';
import type { Organization, OrganizationMembership, Viewer } from '../entities.ts';
import { expectPayload } from '../errors/expect-payload.ts';
import {
  CreateOrganizationDocument,
  DeleteOrganizationDocument,
  LeaveOrganizationDocument,
  MyOrganizationsDocument,
  OrganizationDocument,
  SwitchOrganizationDocument,
  UpdateOrganizationDocument,
} from '../generated/documents.ts';
import type { CallOptions } from '../options.ts';
import type { Credentials } from '../transport/credentials.ts';
import { callOf } from '../transport/graphql.ts';
import type { Graphql } from '../transport/graphql.ts';
import { graphqlForTokens } from './for-tokens.ts';

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
  const forTokens = graphqlForTokens({ graphql, credentials });
  return {
    /** The one that the client acts in; null when nobody is signed in. */
    current(options?: CallOptions): Call<Organization | null> {
      return callOf(graphql(OrganizationDocument, {}, options), ({ data }) => data.viewer?.organization ?? null);
    },

    /** All that the person is a member of, first joined first; of a key, its own. */
    list(options?: CallOptions): Call<readonly OrganizationMembership[]> {
      return callOf(graphql(MyOrganizationsDocument, {}, options), ({ data }) => data.viewer?.organizations ?? []);
    },

    /** Makes another organization, which the person owns; the client goes on in its own: see `switchTo`. */
    create(name: string, options?: CallOptions): Call<OrganizationMembership> {
      return callOf(
        graphql(CreateOrganizationDocument, { input: { name } }, options),
        ({ data }) => data.createOrganization.organization,
      );
    },

    /** Signs the person in to another of their organizations; this client acts there from now on. */
    switchTo(organizationId: string, options?: CallOptions): Call<SwitchedTo> {
      return callOf(forTokens(SwitchOrganizationDocument, { input: { organizationId } }, options), ({ data }) =>
        actIn(credentials, data.switchOrganization),
      );
    },

    /** Another name. Saying it twice changes nothing. */
    rename(name: string, options?: CallOptions): Call<Organization> {
      return callOf(
        graphql(UpdateOrganizationDocument, { input: { name } }, options),
        ({ data }) => data.updateOrganization.organization,
      );
    },

    /** Ends the person's own membership; the client speaks for nobody then. Throws ConflictError (LAST_OWNER). */
    leave(options?: CallOptions): Call<void> {
      return callOf(graphql(LeaveOrganizationDocument, {}, options), ({ data, requestId }) => {
        expectPayload(data.leaveOrganization, requestId);
        credentials.replace(null);
      });
    },

    /** Deletes the organization with everything in it, for good. `name` is its name. Throws as `setRetention`. */
    delete(name: string, options?: CallOptions): Call<void> {
      return callOf(graphql(DeleteOrganizationDocument, { input: { name } }, options), () => {
        credentials.replace(null);
      });
    },
  };
}
