import type { Call } from '../call.ts';
import type { Viewer } from '../entities.ts';
import { expectPayload } from '../errors/expect-payload.ts';
import { SignInDocument, SignOutDocument, SignUpDocument, ViewerDocument } from '../generated/documents.ts';
import type { SignInInput, SignUpInput } from '../generated/types.ts';
import type { CallOptions } from '../options.ts';
import type { Credentials } from '../transport/credentials.ts';
import { callOf } from '../transport/graphql.ts';
import type { Graphql } from '../transport/graphql.ts';

export type SignedIn = {
  /** Keep both to speak for this person later: `new Client({ token, refreshToken, onTokens })`. */
  token: string;
  refreshToken: string;
  /** For `deviceToken` of the next sign-in here. It opens nothing, and lets its owner try while strangers try too often. */
  deviceToken: string;
  /** When the token is over. The client gets itself another one. */
  expiresAt: string;
  viewer: Viewer;
};

export type Auth = ReturnType<typeof createAuth>;

type Deps = { graphql: Graphql; credentials: Credentials };

/** From now on the client speaks for whoever signed in. */
export function speakFor(credentials: Credentials, signedIn: SignedIn): SignedIn {
  const { token, refreshToken } = signedIn;
  credentials.replace({ token, refreshToken });
  return signedIn;
}

export function createAuth({ graphql, credentials }: Deps) {
  return {
    /** Creates a user with an organization of their own. This client speaks for them from now on. Throws ConflictError (EMAIL_TAKEN). */
    signUp(input: SignUpInput, options?: CallOptions): Call<SignedIn> {
      return callOf(graphql(SignUpDocument, { input }, options), ({ data, requestId }) =>
        speakFor(credentials, expectPayload(data.signUp, requestId)),
      );
    },

    /**
     * Opens a device session. This client speaks for them from now on. Throws AuthenticationError (CREDENTIALS_INVALID), and an
     * error of the code SecondFactorRequired: go on with `secondFactor.signIn` and the `ticket` in its details.
     */
    signIn(input: SignInInput, options?: CallOptions): Call<SignedIn> {
      return callOf(graphql(SignInDocument, { input }, options), ({ data, requestId }) =>
        speakFor(credentials, expectPayload(data.signIn, requestId)),
      );
    },

    /** Ends the device session on the server; this client speaks for nobody from now on. */
    signOut(options?: CallOptions): Call<void> {
      return callOf(graphql(SignOutDocument, {}, options), () => {
        credentials.replace(null);
      });
    },

    /** Who this client speaks for; null when nobody is signed in. */
    viewer(options?: CallOptions): Call<Viewer | null> {
      return callOf(graphql(ViewerDocument, {}, options), ({ data }) => data.viewer);
    },
  };
}
