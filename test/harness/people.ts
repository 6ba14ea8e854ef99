import pg from 'pg';
import { graphql } from './graphql.ts';

export type Role = 'OWNER' | 'ADMIN' | 'OPERATOR' | 'VIEWER' | 'BILLING' | 'GUEST';

export type Person = { token: string; email: string; userId: string; organizationId: string };

/** Everybody’s password. */
export const password = 'a long enough password';

let count = 0;

/** A new user who owns a new organization. Names carry `mark`, so that a leak can be recognized. */
export async function signUp(
  server: { url: string },
  mark = 'person',
  email = `${mark}-${(count += 1)}@example.com`.toLowerCase(),
): Promise<Person> {
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

/** Opens a sign-in of somebody who exists, in the organization they joined first. */
export async function signIn(server: { url: string }, email: string): Promise<Person> {
  const answer = await graphql(
    server,
    `
      mutation ($input: SignInInput!) {
        signIn(input: $input) {
          ... on SignInPayload {
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
    { input: { email, password } },
  );
  const { token, viewer } = answer.expectData().signIn;
  return { token, email, userId: viewer.user.id, organizationId: viewer.organization.id };
}

/** A new user who is a member of the owner's organization, and of no other, in this role. */
export async function joinAs(
  server: { url: string; databaseUrl: string },
  owner: Pick<Person, 'organizationId'>,
  role: Role,
  mark: string = role.toLowerCase(),
): Promise<Person> {
  const person = await signUp(server, mark);
  const client = new pg.Client(server.databaseUrl);
  await client.connect();
  try {
    await client.query('update "Membership" set "organizationId" = $1, "role" = $2 where "userId" = $3', [
      uuidOf(owner.organizationId),
      role,
      uuidOf(person.userId),
    ]);
  } finally {
    await client.end();
  }
  return signIn(server, person.email);
}

/** The id in the database behind a global id. */
export const uuidOf = (globalId: string) => Buffer.from(globalId, 'base64url').toString().split(':')[1] ?? '';

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
