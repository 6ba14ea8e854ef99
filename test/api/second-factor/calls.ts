import { graphql } from '../../harness/graphql.ts';
import type { Answer } from '../../harness/answer.ts';
import { password } from '../../harness/people.ts';

type Server = { url: string };

/** Gives the password: a ticket for somebody with a second factor. */
export async function givePassword(server: Server, email: string): Promise<Answer> {
  const query = `mutation ($input: SignInInput!) { signIn(input: $input) {
    __typename ... on SignInPayload { token } ... on SecondFactorRequired { ticket expiresAt } ... on UserError { code }
  } }`;
  return (await graphql(server, query, { input: { email, password } })).expectData().signIn;
}

export async function ticketOf(server: Server, email: string): Promise<string> {
  return (await givePassword(server, email)).ticket;
}

/** The code of the refusal, or the token. */
export async function giveCode(server: Server, ticket: string, code: string): Promise<Answer> {
  const query = `mutation ($input: SignInWithSecondFactorInput!) { signInWithSecondFactor(input: $input) {
    __typename ... on SignInWithSecondFactorPayload { token refreshToken deviceToken viewer { signIn { id } } }
    ... on UserError { code }
  } }`;
  return (await graphql(server, query, { input: { ticket, code } })).expectData().signInWithSecondFactor;
}

export async function stepUp(server: Server, token: string, input: Record<string, string>): Promise<Answer> {
  const query = `mutation ($input: StepUpInput!) { stepUp(input: $input) {
    __typename ... on StepUpPayload { provedAt } ... on UserError { code }
  } }`;
  return (await graphql(server, query, { input }, { token })).expectData().stepUp;
}

export async function stateOf(server: Server, token: string): Promise<Answer> {
  const query = '{ viewer { secondFactor { enabled recoveryCodesLeft } } }';
  return (await graphql(server, query, {}, { token })).expectData().viewer.secondFactor;
}
