import assert from 'node:assert/strict';
import type { Answer } from '../../harness/answer.ts';
import { graphql } from '../../harness/graphql.ts';
import type { Mailbox } from '../../harness/mailbox.ts';

type Server = { url: string };
type Who = { token: string };

export async function link(server: Server, { token }: Who, code: string | null, verifier: string): Promise<Answer> {
  const mutation = `mutation ($input: LinkIdentityInput!) { linkIdentity(input: $input) {
    __typename ... on LinkIdentityPayload { identity { id provider email } } ... on UserError { code }
  } }`;
  const answer = await graphql(server, mutation, { input: { code: code ?? '', verifier } }, { token });
  return answer.expectData().linkIdentity;
}

export const unlink = (server: Server, { token }: Who, id: string) =>
  graphql(
    server,
    'mutation ($id: ID!) { unlinkIdentity(input: { id: $id }) { viewer { identities { id } } } }',
    { id },
    { token },
  );

export async function confirm(server: Server, token: string): Promise<Answer> {
  const mutation = `mutation ($token: String!) { confirmIdentityLink(input: { token: $token }) {
    __typename ... on ConfirmIdentityLinkPayload { email } ... on UserError { code }
  } }`;
  return (await graphql(server, mutation, { token })).expectData().confirmIdentityLink;
}

/** Out of the mail that asks the owner of the address; others come, too. */
export async function linkTokenOf(mailbox: Mailbox, to: string): Promise<string> {
  for (;;) {
    const { subject, link: address } = await mailbox.next(to);
    if (subject !== 'Confirm a new way to sign in') continue;
    assert.equal(address?.pathname, '/confirm-identity');
    return new URLSearchParams(address.hash.slice(1)).get('token') ?? '';
  }
}
