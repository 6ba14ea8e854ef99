import type { Call } from '../call.ts';
import { expectPayload } from '../errors/expect-payload.ts';
import {
  ConfirmTotpDocument,
  DisableTotpDocument,
  EnrollTotpDocument,
  NewRecoveryCodesDocument,
  SecondFactorDocument,
  SignInWithSecondFactorDocument,
  StepUpDocument,
} from '../generated/documents.ts';
import type { SignInWithSecondFactorInput, StepUpInput } from '../generated/types.ts';
import type { CallOptions } from '../options.ts';
import type { Credentials } from '../transport/credentials.ts';
import { callOf } from '../transport/graphql.ts';
import type { Graphql } from '../transport/graphql.ts';
import { speakFor } from './auth.ts';
import type { SignedIn } from './auth.ts';
import { graphqlForTokens } from './for-tokens.ts';

type Deps = { graphql: Graphql; credentials: Credentials };

export function createSecondFactor({ graphql, credentials }: Deps) {
  const forTokens = graphqlForTokens({ graphql, credentials });
  return {
    /** Whether the person has one, and how many recovery codes are left; null when nobody or a key asks. */
    state(options?: CallOptions): Call<{ enabled: boolean; recoveryCodesLeft: number } | null> {
      return callOf(graphql(SecondFactorDocument, {}, options), ({ data }) => data.viewer?.secondFactor ?? null);
    },

    /**
     * The second step of signing in, with the `ticket` in the details of the error SecondFactorRequired. This client speaks
     * for the person from now on. Throws AuthenticationError (SECOND_FACTOR_INVALID), InvalidRequestError (TOKEN_INVALID).
     */
    signIn(input: SignInWithSecondFactorInput, options?: CallOptions): Call<SignedIn> {
      return callOf(forTokens(SignInWithSecondFactorDocument, { input }, options), ({ data, requestId }) =>
        speakFor(credentials, expectPayload(data.signInWithSecondFactor, requestId)),
      );
    },

    /** Proves again that it is the same person, after PermissionDeniedError (STEP_UP_REQUIRED). Good for five minutes. */
    stepUp(input: StepUpInput, options?: CallOptions): Call<void> {
      return callOf(graphql(StepUpDocument, { input }, options), ({ data, requestId }) => {
        expectPayload(data.stepUp, requestId);
      });
    },

    /** A secret for an authenticator app, to type or, as `uri`, to show as a QR code. Throws ConflictError (SECOND_FACTOR_ENABLED). */
    enroll(options?: CallOptions): Call<{ secret: string; uri: string }> {
      return callOf(graphql(EnrollTotpDocument, {}, options), ({ data, requestId }) => {
        const { secret, uri } = expectPayload(data.enrollTotp, requestId);
        return { secret, uri };
      });
    },

    /** Switches it on with the first code, and gives ten recovery codes, shown once. Throws AuthenticationError (SECOND_FACTOR_INVALID). */
    confirm(code: string, options?: CallOptions): Call<readonly string[]> {
      return callOf(
        graphql(ConfirmTotpDocument, { input: { code } }, options),
        ({ data, requestId }) => expectPayload(data.confirmTotp, requestId).recoveryCodes,
      );
    },

    /** Switches it off. Twice changes nothing. */
    disable(options?: CallOptions): Call<void> {
      return callOf(graphql(DisableTotpDocument, {}, options), () => {});
    },

    /** Ten new recovery codes instead of the old ones. */
    newRecoveryCodes(options?: CallOptions): Call<readonly string[]> {
      return callOf(graphql(NewRecoveryCodesDocument, {}, options), ({ data }) => data.newRecoveryCodes.recoveryCodes);
    },
  };
}
