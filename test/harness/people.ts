import { graphql } from './graphql.ts';

export type Person = { token: string; email: string; userId: string; organizationId: string };

/** Everybody’s password. */
export const password = 'a long enough password';

let count = 0;

/** A new user who owns a new organization. Names carry `mark`, so that a leak can be recognized. */
export async function signUp(server: { url: string }, mark = 'person'): Promise<Person> {
  const email = `${mark}-${(count += 1)}@example.com`.toLowerCase();
  const answer = await graphql(
    server,
    `
      mutation ($input: SignUpInput!) {
        signUp(input: $input) {
          ... on SignUpPayload {
            token
            viewer {
              user {
                id
              }
              organization {
                id
              }
            }
          }
        }
      }
    `,
    { input: { email, password, name: `${mark} name`, organizationName: `${mark} organization` } },
  );
  const { token, viewer } = answer.expectData().signUp;
  return { token, email, userId: viewer.user.id, organizationId: viewer.organization.id };
}

/** An API key of the person's organization. */
export async function createKey(server: { url: string }, { token }: Person, scopes: string[], name = 'key') {
  const answer = await graphql(
    server,
    'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret apiKey { id } } }',
    { input: { name, scopes } },
    { token },
  );
  const { secret, apiKey } = answer.expectData().createApiKey;
  return { secret: secret as string, id: apiKey.id as string };
}
