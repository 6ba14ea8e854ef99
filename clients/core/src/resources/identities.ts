import type { LinkedIdentity } from '../entities.ts';
import { expectPayload } from '../errors/expect-payload.ts';
import {
  ConfirmIdentityLinkDocument,
  IdentityProvidersDocument,
  LinkIdentityDocument,
  LinkedIdentitiesDocument,
  SignInWithIdentityDocument,
  StartIdentityLinkDocument,
  StartIdentitySignInDocument,
  UnlinkIdentityDocument,
} from '../generated/documents.ts';
import type {
  LinkIdentityInput,
  SignInWithIdentityInput,
  StartIdentityLinkInput,
  StartIdentitySignInInput,
} from '../generated/types.ts';
import type { CallOptions } from '../options.ts';
import type { Credentials } from '../transport/credentials.ts';
import type { Graphql } from '../transport/graphql.ts';
import { speakFor } from './auth.ts';
import type { SignedIn } from './auth.ts';

type Deps = { graphql: Graphql; credentials: Credentials };

/** Keep `verifier` where only this page can read it, send the browser to `url`, and come back with the code it gets. */
export type Visit = { url: string; verifier: string };

export function createIdentities({ graphql, credentials }: Deps) {
  return {
    /** Whom people may sign in by. */
    async providers(options?: CallOptions): Promise<readonly { name: string; title: string }[]> {
      const { data } = await graphql(IdentityProvidersDocument, {}, options);
      return data.identityProviders.map(({ name, title }) => ({ name, title }));
    },

    /** Begins to sign in at a provider. */
    async start(input: StartIdentitySignInInput, options?: CallOptions): Promise<Visit> {
      const { data, requestId } = await graphql(StartIdentitySignInDocument, { input }, options);
      const { url, verifier } = expectPayload(data.startIdentitySignIn, 'StartIdentitySignInPayload', requestId);
      return { url, verifier };
    },

    /**
     * Ends it. This client speaks for the person from now on. Throws AuthenticationError (IDENTITY_REFUSED), and errors of
     * the codes SecondFactorRequired (with a `ticket`) and IdentityLinkPending (with an `email`).
     */
    async signIn(input: SignInWithIdentityInput, options?: CallOptions): Promise<SignedIn> {
      const { data, requestId } = await graphql(SignInWithIdentityDocument, { input }, options);
      return speakFor(credentials, expectPayload(data.signInWithIdentity, 'SignInWithIdentityPayload', requestId));
    },

    /** The person's own, oldest first. */
    async list(options?: CallOptions): Promise<readonly LinkedIdentity[]> {
      const { data } = await graphql(LinkedIdentitiesDocument, {}, options);
      return data.viewer?.identities ?? [];
    },

    /** Begins to join an identity to the person. Throws PermissionDeniedError (STEP_UP_REQUIRED). */
    async startLink(input: StartIdentityLinkInput, options?: CallOptions): Promise<Visit> {
      const { data, requestId } = await graphql(StartIdentityLinkDocument, { input }, options);
      const { url, verifier } = expectPayload(data.startIdentityLink, 'StartIdentityLinkPayload', requestId);
      return { url, verifier };
    },

    /** Ends it. Throws ConflictError (IDENTITY_TAKEN), PermissionDeniedError (EMAIL_NOT_VERIFIED). */
    async link(input: LinkIdentityInput, options?: CallOptions): Promise<LinkedIdentity> {
      const { data, requestId } = await graphql(LinkIdentityDocument, { input }, options);
      return expectPayload(data.linkIdentity, 'LinkIdentityPayload', requestId).identity;
    },

    /** Takes one away. Throws NotFoundError, InvalidRequestError when it is the only way in. */
    async unlink(id: string, options?: CallOptions): Promise<void> {
      await graphql(UnlinkIdentityDocument, { input: { id } }, options);
    },

    /** Answers the mail that asks whether an identity may be joined to an account, and gives its address. Signs nobody in. */
    async confirmLink(token: string, options?: CallOptions): Promise<string> {
      const { data, requestId } = await graphql(ConfirmIdentityLinkDocument, { input: { token } }, options);
      return expectPayload(data.confirmIdentityLink, 'ConfirmIdentityLinkPayload', requestId).email;
    },
  };
}
