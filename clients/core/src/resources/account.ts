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
import type { Graphql } from '../transport/graphql.ts';

export function createAccount({ graphql }: { graphql: Graphql }) {
  return {
    /** What the person is told about themselves; null when nobody or a key asks. */
    async profile(options?: CallOptions): Promise<Profile | null> {
      const { data } = await graphql(ProfileDocument, {}, options);
      return data.viewer?.profile ?? null;
    },

    /** Changes name, language or time zone; what is left out stays. Saying it twice changes nothing, so this is retried. */
    async update(input: UpdateProfileInput, options?: CallOptions): Promise<Profile | null> {
      const { data } = await graphql(UpdateProfileDocument, { input }, { ...options, repeatable: true });
      return data.updateProfile.viewer.profile ?? null;
    },

    /** Proves an address with the token of a mail, and gives it. Works once. Throws InvalidRequestError (TOKEN_INVALID). */
    async verifyEmail(token: string, options?: CallOptions): Promise<string> {
      const { data, requestId } = await graphql(VerifyEmailDocument, { input: { token } }, options);
      return expectPayload(data.verifyEmail, 'VerifyEmailPayload', requestId).email;
    },

    /** Asks for another mail. Resolves for every address alike. Throws RateLimitError (TOO_MANY_ATTEMPTS). */
    async resendVerification(email: string, options?: CallOptions): Promise<void> {
      const { data, requestId } = await graphql(ResendVerificationDocument, { input: { email } }, options);
      expectPayload(data.resendVerification, 'ResendVerificationPayload', requestId);
    },

    /** Asks for another address; it counts once its mail is answered. Throws PermissionDeniedError (STEP_UP_REQUIRED). */
    async requestEmailChange(email: string, options?: CallOptions): Promise<void> {
      const { data, requestId } = await graphql(RequestEmailChangeDocument, { input: { email } }, options);
      expectPayload(data.requestEmailChange, 'RequestEmailChangePayload', requestId);
    },

    /** Asks for a link to choose a new password. Resolves for every address alike. Throws RateLimitError (TOO_MANY_ATTEMPTS). */
    async requestPasswordReset(email: string, options?: CallOptions): Promise<void> {
      const { data, requestId } = await graphql(RequestPasswordResetDocument, { input: { email } }, options);
      expectPayload(data.requestPasswordReset, 'RequestPasswordResetPayload', requestId);
    },

    /**
     * Replaces the password with the token of a mail and signs out all devices; sign in next, with the `deviceToken` it
     * gives. Throws InvalidRequestError (TOKEN_INVALID, PASSWORD_REFUSED).
     */
    async resetPassword(
      input: ResetPasswordInput,
      options?: CallOptions,
    ): Promise<{ email: string; deviceToken: string }> {
      const { data, requestId } = await graphql(ResetPasswordDocument, { input }, options);
      const { email, deviceToken } = expectPayload(data.resetPassword, 'ResetPasswordPayload', requestId);
      return { email, deviceToken };
    },

    /** Replaces the password and signs out all other devices. Throws AuthenticationError (CREDENTIALS_INVALID). */
    async changePassword(input: ChangePasswordInput, options?: CallOptions): Promise<void> {
      const { data, requestId } = await graphql(ChangePasswordDocument, { input }, options);
      expectPayload(data.changePassword, 'ChangePasswordPayload', requestId);
    },
  };
}
