import type { Call } from '../call.ts';
import type { Profile } from '../entities.ts';
import { expectPayload } from '../errors/expect-payload.ts';
import {
  ChangePasswordDocument,
  ProfileDocument,
  RequestEmailChangeDocument,
  RequestPasswordResetDocument,
  ResendVerificationDocument,
  ResetPasswordDocument,
  UpdateProfileDocument,
  VerifyEmailDocument,
} from '../generated/documents.ts';
import type { ChangePasswordInput, ResetPasswordInput, UpdateProfileInput } from '../generated/types.ts';
import type { CallOptions } from '../options.ts';
import { callOf } from '../transport/graphql.ts';
import type { Graphql } from '../transport/graphql.ts';

export function createAccount({ graphql }: { graphql: Graphql }) {
  return {
    /** What the person is told about themselves; null when nobody or a key asks. */
    profile(options?: CallOptions): Call<Profile | null> {
      return callOf(graphql(ProfileDocument, {}, options), ({ data }) => data.viewer?.profile ?? null);
    },

    /** Changes name, language or time zone; what is left out stays. Saying it twice changes nothing. */
    update(input: UpdateProfileInput, options?: CallOptions): Call<Profile | null> {
      return callOf(
        graphql(UpdateProfileDocument, { input }, options),
        ({ data }) => data.updateProfile.viewer.profile ?? null,
      );
    },

    /** Proves an address with the token of a mail, and gives it. Works once. Throws InvalidRequestError (TOKEN_INVALID). */
    verifyEmail(token: string, options?: CallOptions): Call<string> {
      return callOf(
        graphql(VerifyEmailDocument, { input: { token } }, options),
        ({ data, requestId }) => expectPayload(data.verifyEmail, requestId).email,
      );
    },

    /** Asks for another mail. Resolves for every address alike. Throws RateLimitError (TOO_MANY_ATTEMPTS). */
    resendVerification(email: string, options?: CallOptions): Call<void> {
      return callOf(graphql(ResendVerificationDocument, { input: { email } }, options), ({ data, requestId }) => {
        expectPayload(data.resendVerification, requestId);
      });
    },

    /** Asks for another address; it counts once its mail is answered. Throws PermissionDeniedError (STEP_UP_REQUIRED). */
    requestEmailChange(email: string, options?: CallOptions): Call<void> {
      return callOf(graphql(RequestEmailChangeDocument, { input: { email } }, options), ({ data, requestId }) => {
        expectPayload(data.requestEmailChange, requestId);
      });
    },

    /** Asks for a link to choose a new password. Resolves for every address alike. Throws RateLimitError (TOO_MANY_ATTEMPTS). */
    requestPasswordReset(email: string, options?: CallOptions): Call<void> {
      return callOf(graphql(RequestPasswordResetDocument, { input: { email } }, options), ({ data, requestId }) => {
        expectPayload(data.requestPasswordReset, requestId);
      });
    },

    /**
     * Replaces the password with the token of a mail and signs out all devices; sign in next, with the `deviceToken` it
     * gives. Throws InvalidRequestError (TOKEN_INVALID, PASSWORD_REFUSED).
     */
    resetPassword(input: ResetPasswordInput, options?: CallOptions): Call<{ email: string; deviceToken: string }> {
      return callOf(graphql(ResetPasswordDocument, { input }, options), ({ data, requestId }) => {
        const { email, deviceToken } = expectPayload(data.resetPassword, requestId);
        return { email, deviceToken };
      });
    },

    /** Replaces the password and signs out all other devices. Throws AuthenticationError (CREDENTIALS_INVALID). */
    changePassword(input: ChangePasswordInput, options?: CallOptions): Call<void> {
      return callOf(graphql(ChangePasswordDocument, { input }, options), ({ data, requestId }) => {
        expectPayload(data.changePassword, requestId);
      });
    },
  };
}
