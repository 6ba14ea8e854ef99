import type { Database } from '@sightline/db/database';

/** Somebody who owns an organization, by a token and by a key of theirs that has a limit. */
export type Caller = { organizationId: string; token: string; key: string };

/** Signs up, and makes a key that may ask a million times a minute: counted on every request, never refused. */
export async function createCaller(url: string): Promise<Caller> {
  const signUp = `mutation { signUp(input: { email: "bench@example.com", password: "a long enough password",
    name: "Bench", organizationName: "Bench" }) { ... on SignUpPayload { token viewer { organization { id } } } } }`;
  const { token, viewer } = (await ask<SignUp>(url, signUp)).signUp;
  const createKey = `mutation { createApiKey(input: { name: "bench", scopes: [READ],
    limits: [{ name: REQUESTS, max: 1000000, windowSeconds: 60 }] }) { secret } }`;
  const { secret } = (await ask<CreateKey>(url, createKey, token)).createApiKey;
  const [, organizationId = ''] = Buffer.from(viewer.organization.id, 'base64url').toString().split(':');
  return { organizationId, token, key: secret };
}

/** Twenty sources, and limits that are counted on every request like all others and too high to be met. */
export async function seedOrganization({ prisma }: Database, { organizationId }: Caller): Promise<void> {
  const agreed = { requestsPerMinute: 2_000_000, maxQueryCost: 1_000_000 };
  await prisma.organizationLimit.createMany({
    data: Object.entries(agreed).map(([name, value]) => ({
      ...{ organizationId, name, value: BigInt(value), reason: 'bench' },
    })),
  });
  await prisma.source.createMany({
    data: Array.from({ length: 20 }, (_, index) => ({
      ...{ organizationId, name: `Camera ${index}`, kind: 'IMAGES' as const, path: `/pictures/${index}` },
    })),
  });
}

type SignUp = { signUp: { token: string; viewer: { organization: { id: string } } } };
type CreateKey = { createApiKey: { secret: string } };

async function ask<Data>(url: string, query: string, token?: string): Promise<Data> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query }),
  });
  const { data, errors } = (await answer.json()) as { data: Data | null; errors?: unknown };
  if (!data || errors) throw new Error(`The server did not do what the bench needs: ${JSON.stringify(errors)}`);
  return data;
}
