import type { Call } from '../call.ts';
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
import { callOf } from '../transport/graphql.ts';
import type { Graphql } from '../transport/graphql.ts';
import { speakFor } from './auth.ts';
import type { SignedIn } from './auth.ts';
import { graphqlForTokens } from './for-tokens.ts';

type Deps = { graphql: Graphql; credentials: Credentials };

/** Keep `verifier` where only this page can read it, send the browser to `url`, and come back with the code it gets. */
export type Visit = { url: string; verifier: string };

export function createIdentities({ graphql, credentials }: Deps) {
  const forTokens = graphqlForTokens({ graphql, credentials });
  return {
    /** Whom people may sign in by. */
    providers(options?: CallOptions): Call<readonly { name: string; title: string }[]> {
      return callOf(graphql(IdentityProvidersDocument, {}, options), ({ data }) =>
        data.identityProviders.map(({ name, title }) => ({ name, title })),
      );
    },

    /** Begins to sign in at a provider. */
    start(input: StartIdentitySignInInput, options?: CallOptions): Call<Visit> {
      return callOf(graphql(StartIdentitySignInDocument, { input }, options), ({ data, requestId }) => {
        const { url, verifier } = expectPayload(data.startIdentitySignIn, requestId);
        return { url, verifier };
      });
    },

    /**
     * Ends it. This client speaks for the person from now on. Throws AuthenticationError (IDENTITY_REFUSED), and errors of
     * the codes SecondFactorRequired (with a `ticket`) and IdentityLinkPending (with an `email`).
     */
    signIn(input: SignInWithIdentityInput, options?: CallOptions): Call<SignedIn> {
      return callOf(forTokens(SignInWithIdentityDocument, { input }, options), ({ data, requestId }) =>
        speakFor(credentials, expectPayload(data.signInWithIdentity, requestId)),
      );
    },

    /** The person's own, oldest first. */
    list(options?: CallOptions): Call<readonly LinkedIdentity[]> {
      return callOf(graphql(LinkedIdentitiesDocument, {}, options), ({ data }) => data.viewer?.identities ?? []);
    },

    /** Begins to join an identity to the person. Throws PermissionDeniedError (STEP_UP_REQUIRED). */
    startLink(input: StartIdentityLinkInput, options?: CallOptions): Call<Visit> {
      return callOf(graphql(StartIdentityLinkDocument, { input }, options), ({ data, requestId }) => {
        const { url, verifier } = expectPayload(data.startIdentityLink, requestId);
        return { url, verifier };
      });
    },

    /** Ends it. Throws ConflictError (IDENTITY_TAKEN), PermissionDeniedError (EMAIL_NOT_VERIFIED). */
    link(input: LinkIdentityInput, options?: CallOptions): Call<LinkedIdentity> {
      return callOf(
        graphql(LinkIdentityDocument, { input }, options),
        ({ data, requestId }) => expectPayload(data.linkIdentity, requestId).identity,
      );
    },

    /** Takes one away. Throws NotFoundError, InvalidRequestError when it is the only way in. */
    unlink(id: string, options?: CallOptions): Call<void> {
      return callOf(graphql(UnlinkIdentityDocument, { input: { id } }, options), () => {});
    },

    /** Answers the mail that asks whether an identity may be joined to an account, and gives its address. Signs nobody in. */
    confirmLink(token: string, options?: CallOptions): Call<string> {
      return callOf(
        graphql(ConfirmIdentityLinkDocument, { input: { token } }, options),
        ({ data, requestId }) => expectPayload(data.confirmIdentityLink, requestId).email,
      );
    },
  };
}
