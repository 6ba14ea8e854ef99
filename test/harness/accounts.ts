import { graphql } from './graphql.ts';
import type { GraphqlAnswer } from './graphql.ts';
import type { Answer } from './answer.ts';
import { password } from './people.ts';

type Options = { token?: string | null; headers?: Record<string, string> };

/** What each mutation of accounts can answer, selected whole. */
const selections: Record<string, string> = {
  signUp:
    '... on SignUpPayload { token deviceToken viewer { profile { locale timeZone } } } ... on SignUpPending { email }',
  signIn:
    '... on SignInPayload { token deviceToken viewer { user { id } } } ... on SecondFactorRequired { ticket expiresAt }',
  verifyEmail: '... on VerifyEmailPayload { email }',
  resendVerification: '... on ResendVerificationPayload { email }',
  requestEmailChange: '... on RequestEmailChangePayload { email }',
  requestPasswordReset: '... on RequestPasswordResetPayload { email }',
  resetPassword: '... on ResetPasswordPayload { email deviceToken }',
  changePassword: '... on ChangePasswordPayload { changed }',
};

const inputOf = (name: string) => `${name[0]?.toUpperCase()}${name.slice(1)}Input`;

/** Calls a mutation of accounts that answers a union. */
export function ask(
  server: { url: string },
  name: string,
  input: Record<string, unknown>,
  options?: Options,
): Promise<GraphqlAnswer> {
  const query = `mutation ($input: ${inputOf(name)}!) { ${name}(input: $input) {
    __typename ${selections[name]} ... on UserError { code message } ${name === 'signIn' ? '... on TooManyAttemptsError { retryAfterMs }' : ''}
  } }`;
  return graphql(server, query, { input }, options);
}

/** The same, and what it answered. */
export async function call(
  server: { url: string },
  name: string,
  input: Record<string, unknown>,
  options?: Options,
): Promise<Answer> {
  return (await ask(server, name, input, options)).expectData()[name];
}

/** What somebody sends who signs up. */
export const newPerson = (email: string, more: Record<string, unknown> = {}) => ({
  email,
  password,
  name: 'Ana',
  organizationName: 'Faro',
  ...more,
});

/** The token in the link of a mail. */
export function tokenOf({ link }: { link: URL | null }): string {
  return new URLSearchParams(link?.hash.slice(1)).get('token') ?? '';
}
