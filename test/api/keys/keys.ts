import type { Answer } from '../../harness/answer.ts';
import { graphql } from '../../harness/graphql.ts';
import type { GraphqlAnswer } from '../../harness/graphql.ts';

type Server = { url: string };
type Caller = { token: string; address?: string };

/** What is asked of a key in every answer about one. */
const fields = `id name prefix scopes allowedAddresses limits { name max windowSeconds }
  createdAt lastUsedAt expiresAt previousExpiresAt revokedAt`;

const mutation = (name: string, input: string, selection: string) =>
  `mutation ($input: ${input}!) { ${name}(input: $input) { ${selection} apiKey { ${fields} } } }`;

export const createKey = (server: Server, person: Caller, input: Record<string, unknown> = {}) =>
  send(server, person, mutation('createApiKey', 'CreateApiKeyInput', 'secret'), {
    name: 'key',
    scopes: ['READ'],
    ...input,
  });

export const updateKey = (server: Server, person: Caller, input: Record<string, unknown>) =>
  send(server, person, mutation('updateApiKey', 'UpdateApiKeyInput', ''), input);

export const rerollKey = (server: Server, person: Caller, input: Record<string, unknown>) =>
  send(server, person, mutation('rerollApiKey', 'RerollApiKeyInput', 'secret'), input);

export const revokeKey = (server: Server, person: Caller, id: string) =>
  send(server, person, mutation('revokeApiKey', 'RevokeApiKeyInput', ''), { id });

const send = (server: Server, { token }: Caller, query: string, input: Record<string, unknown>) =>
  graphql(server, query, { input }, { token });

/** A new key and its secret. */
export async function newKey(server: Server, person: Caller, input: Record<string, unknown> = {}) {
  const { secret, apiKey } = (await createKey(server, person, input)).expectData().createApiKey as Answer;
  return { secret: secret as string, id: apiKey.id as string, apiKey };
}

/** The smallest thing that a key with the scope READ can ask. */
export const useKey = (server: Server, { token, address }: Caller): Promise<GraphqlAnswer> =>
  graphql(
    server,
    '{ sources(first: 1) { edges { cursor } } viewer { apiKey { id } } }',
    {},
    { token, headers: address ? { 'x-forwarded-for': address } : {} },
  );

/** A key as its manager sees it. */
export async function readKey(server: Server, { token }: Caller, id: string): Promise<Answer> {
  const answer = await graphql(
    server,
    `query ($id: ID!) { node(id: $id) { ... on ApiKey { ${fields} } } }`,
    { id },
    { token },
  );
  return answer.expectData().node;
}
