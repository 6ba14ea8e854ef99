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
import type { Graphql } from '../transport/graphql.ts';
import { speakFor } from './auth.ts';
import type { SignedIn } from './auth.ts';

type Deps = { graphql: Graphql; credentials: Credentials };

export function createSecondFactor({ graphql, credentials }: Deps) {
  return {
    /** Whether the person has one, and how many recovery codes are left; null when nobody or a key asks. */
    async state(options?: CallOptions): Promise<{ enabled: boolean; recoveryCodesLeft: number } | null> {
      const { data } = await graphql(SecondFactorDocument, {}, options);
      return data.viewer?.secondFactor ?? null;
    },

    /**
     * The second step of signing in, with the `ticket` in the details of the error SecondFactorRequired. This client speaks
     * for the person from now on. Throws AuthenticationError (SECOND_FACTOR_INVALID), InvalidRequestError (TOKEN_INVALID).
     */
    async signIn(input: SignInWithSecondFactorInput, options?: CallOptions): Promise<SignedIn> {
      const { data, requestId } = await graphql(SignInWithSecondFactorDocument, { input }, options);
      const payload = expectPayload(data.signInWithSecondFactor, 'SignInWithSecondFactorPayload', requestId);
      return speakFor(credentials, payload);
    },

    /** Proves again that it is the same person, after PermissionDeniedError (STEP_UP_REQUIRED). Good for five minutes. */
    async stepUp(input: StepUpInput, options?: CallOptions): Promise<void> {
      const { data, requestId } = await graphql(StepUpDocument, { input }, options);
      expectPayload(data.stepUp, 'StepUpPayload', requestId);
    },

    /** A secret for an authenticator app, to type or, as `uri`, to show as a QR code. Throws ConflictError (SECOND_FACTOR_ENABLED). */
    async enroll(options?: CallOptions): Promise<{ secret: string; uri: string }> {
      const { data, requestId } = await graphql(EnrollTotpDocument, {}, options);
      const { secret, uri } = expectPayload(data.enrollTotp, 'EnrollTotpPayload', requestId);
      return { secret, uri };
    },

    /** Switches it on with the first code, and gives ten recovery codes, shown once. Throws AuthenticationError (SECOND_FACTOR_INVALID). */
    async confirm(code: string, options?: CallOptions): Promise<readonly string[]> {
      const { data, requestId } = await graphql(ConfirmTotpDocument, { input: { code } }, options);
      return expectPayload(data.confirmTotp, 'ConfirmTotpPayload', requestId).recoveryCodes;
    },

    /** Switches it off. Twice changes nothing, so this is retried. */
    async disable(options?: CallOptions): Promise<void> {
      await graphql(DisableTotpDocument, {}, { ...options, repeatable: true });
    },

    /** Ten new recovery codes instead of the old ones. */
    async newRecoveryCodes(options?: CallOptions): Promise<readonly string[]> {
      const { data } = await graphql(NewRecoveryCodesDocument, {}, options);
      return data.newRecoveryCodes.recoveryCodes;
    },
  };
}
