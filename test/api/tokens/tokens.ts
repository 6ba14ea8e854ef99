import type { Answer } from '../../harness/answer.ts';
import { graphql } from '../../harness/graphql.ts';
import { password, signUp } from '../../harness/people.ts';

export type OpenSignIn = { email: string; token: string; refreshToken: string };

/** A sign-in of `email`; of somebody new unless given. */
export async function openSignIn(server: { url: string }, email?: string): Promise<OpenSignIn> {
  const who = email ?? (await signUp(server)).email;
  const answer = await graphql(
    server,
    'mutation ($input: SignInInput!) { signIn(input: $input) { ... on SignInPayload { token refreshToken } } }',
    { input: { email: who, password } },
  );
  return { email: who, ...answer.expectData().signIn };
}

/** What a refresh token gets: tokens, or a code. */
export async function refresh(server: { url: string }, refreshToken: string): Promise<Answer> {
  const answer = await graphql(
    server,
    `
      mutation ($input: RefreshTokenInput!) {
        refreshToken(input: $input) {
          ... on RefreshTokenPayload {
            token
            refreshToken
            expiresAt
          }
          ... on UserError {
            code
          }
        }
      }
    `,
    { input: { refreshToken } },
  );
  return answer.expectData().refreshToken;
}

/** Whose a token is; null when it is nobody's. */
export async function worksAs(server: { url: string }, token: string): Promise<string | null> {
  const answer = await graphql(server, '{ viewer { user { email } } }', {}, { token });
  if (answer.errors.length === 0) return answer.data.viewer.user.email;
  answer.expectCode('UNAUTHENTICATED');
  return null;
}
