import type { Answer } from '../../harness/answer.ts';
import { graphql } from '../../harness/graphql.ts';
import type { GraphqlAnswer } from '../../harness/graphql.ts';
import type { Person } from '../../harness/people.ts';

type Asker = { token: string | null };

const failure = '__typename ... on UserError { code message }';

/** One mutation with its `input`; answers what the field gave. `selection` is of its payload. */
export function mutate(
  server: { url: string },
  asker: Asker,
  field: string,
  input: Record<string, unknown> | null,
  selection: string,
): Promise<GraphqlAnswer> {
  const name = `${field[0]?.toUpperCase()}${field.slice(1)}`;
  const [declared, passed] = input ? [`($input: ${name}Input!)`, '(input: $input)'] : ['', ''];
  const body = hasUnion.has(field) ? `{ ${failure} ... on ${name}Payload { ${selection} } }` : `{ ${selection} }`;
  return graphql(server, `mutation ${declared} { ${field}${passed} ${body} }`, input ? { input } : {}, asker);
}

/** Mutations with outcomes that a caller can act on. */
const hasUnion = new Set([
  'inviteMember',
  'acceptInvitation',
  'changeMemberRole',
  'removeMember',
  'leaveOrganization',
  'createTeam',
  'renameTeam',
  'createCustomRole',
  'updateCustomRole',
  'createSource',
  'startSession',
]);

/** What the field answered. */
export async function done(answer: Promise<GraphqlAnswer>): Promise<Answer> {
  return Object.values((await answer).expectData() as Record<string, Answer>)[0];
}

/** The code of what was refused, however it was told; null when it was done. */
export async function codeOf(answer: Promise<GraphqlAnswer>): Promise<string | null> {
  const { errors, data } = await answer;
  const field = Object.values((data ?? {}) as Record<string, Answer>)[0];
  return (errors[0]?.extensions['code'] as string | undefined) ?? field?.code ?? null;
}

/** Invites somebody who has an account, and accepts for them; answers them as a member. */
export async function invite(server: { url: string }, owner: Asker, email: string, role: string): Promise<Answer> {
  return done(mutate(server, owner, 'inviteMember', { email, role }, 'invitation { id email role expiresAt }'));
}

/** What the viewer sees of their organization. */
export async function organizationOf(server: { url: string }, asker: Asker): Promise<Answer> {
  const query = `{ viewer { role organization { id name
    members { edges { node { id role user { id email } } } }
    invitations { edges { node { id email role acceptedAt revokedAt } } }
    teams { edges { node { id name members { edges { node { id } } } } } }
    customRoles { edges { node { id name permissions assignments { edges { node { id source { id } membership { id } team { id } } } } } } }
  } } }`;
  return (await graphql(server, query, {}, asker)).expectData().viewer;
}

/** Id of somebody's membership, as seen by `asker`. */
export async function membershipOf(server: { url: string }, asker: Asker, person: Person): Promise<string> {
  const { organization } = await organizationOf(server, asker);
  const edge = organization.members.edges.find(({ node }: Answer) => node.user.id === person.userId);
  if (!edge) throw new Error(`${person.email} is no member.`);
  return edge.node.id;
}

/** Whether a token still proves something, and if not, why. */
export async function refusalOf(server: { url: string }, token: string): Promise<string | null> {
  const { errors } = await graphql(server, '{ viewer { role } }', {}, { token });
  return (errors[0]?.extensions['code'] as string | undefined) ?? null;
}
