import { randomUUID } from 'node:crypto';
import type { Answer } from '../../harness/answer.ts';
import { graphql } from '../../harness/graphql.ts';
import { createKey, uuidOf } from '../../harness/people.ts';
import type { Person } from '../../harness/people.ts';
import { askToAdvance, createSandbox } from '../../harness/sandbox.ts';
import { serviceToken } from '../../harness/server.ts';

export const invoiceFields = `id kind number state issuedAt dueAt periodStartsAt periodEndsAt currency subtotalMinor taxBasisPoints
  taxMinor totalMinor note pdfPath csvPath creditedNumber creditedMinor dueMinor
  seller { name address country taxNumber } buyer { name address country taxNumber }
  lines { position description meter quantity included unitAmountMinor perUnits amountMinor periodStartsAt periodEndsAt }`;

type Server = { url: string };

/** Bills of the organization, the oldest first. */
export async function invoicesOf(server: Server, { token }: Pick<Person, 'token'>): Promise<Answer[]> {
  const text = `{ invoices(first: 20) { edges { node { ${invoiceFields} } } } }`;
  const { edges } = (await graphql(server, text, {}, { token })).expectData().invoices;
  return edges.map(({ node }: Answer) => node).toReversed();
}

/** Tells of one act, as a sidecar does. `at` is our time. */
export async function use(server: Server, { organizationId }: Pick<Person, 'organizationId'>, count: number, at: Date) {
  const record = {
    ...{
      id: randomUUID(),
      count,
      organizationId: uuidOf(organizationId),
      apiKeyId: null,
      task: 'detection',
      model: 'm@1',
    },
    at: at.toISOString(),
  };
  const response = await fetch(`${server.url}/internal/usage`, {
    method: 'POST',
    headers: { authorization: `Bearer ${serviceToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ records: [record] }),
  });
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
}

/** A sandbox that is driven by a key, so that no token ends on the way. */
export async function newCustomer(server: Server, mark: string) {
  const sandbox = await createSandbox(server, mark);
  const { secret: key } = await createKey(server, sandbox, ['READ', 'WRITE']);
  return {
    sandbox,
    async goOn(by: string): Promise<void> {
      (await askToAdvance(server, by, { token: key })).expectData();
    },
  };
}

/** A bill as a file. */
export async function fileOf(server: Server, path: string, token: string | null) {
  const response = await fetch(`${server.url}${path}`, { headers: token ? { authorization: `Bearer ${token}` } : {} });
  return { status: response.status, headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) };
}
