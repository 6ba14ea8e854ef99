import type { Database } from '@sightline/db/database';

export type Caller = { organizationId: string; token: string };

/** Limits that are counted on every call, and never reached. */
export async function setLimits({ pool }: Database): Promise<void> {
  await pool.query(`update "PlanVersion" set "requestsPerMinute" = 100000000, "inferencePerMinute" = 100000000,
    "inferencePerMinuteKey" = 100000000, "predictionsPerPeriod" = 1000000000, "predictionsAreHard" = true`);
}

/** Somebody whose calls are counted, limited, held to a hard quota and written down, and a key of theirs. */
export async function createMeteredCaller(url: string): Promise<Caller & { key: string }> {
  const caller = await signUp(url, 'metered');
  const createKey = 'mutation { createApiKey(input: { name: "bench", scopes: [INFER] }) { secret } }';
  const { secret } = (await ask<{ createApiKey: { secret: string } }>(url, createKey, caller.token)).createApiKey;
  return { ...caller, key: secret };
}

/** Somebody with whom it was agreed that there is no limit of calls. */
export async function createPlainCaller(url: string, { pool }: Database): Promise<Caller> {
  const caller = await signUp(url, 'plain');
  await pool.query({
    text: `insert into "OrganizationLimit" ("organizationId", "name", "value", "reason")
      values ($1::uuid, 'requestsPerMinute', null, 'the bench')`,
    values: [caller.organizationId],
  });
  return caller;
}

async function signUp(url: string, name: string): Promise<Caller> {
  const mutation = `mutation { signUp(input: { email: "${name}@example.com", password: "a long enough password",
    name: "${name}", organizationName: "${name}" }) { ... on SignUpPayload { token viewer { organization { id } } } } }`;
  const { token, viewer } = (await ask<SignUp>(url, mutation)).signUp;
  const [, organizationId = ''] = Buffer.from(viewer.organization.id, 'base64url').toString().split(':');
  return { organizationId, token };
}

type SignUp = { signUp: { token: string; viewer: { organization: { id: string } } } };

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
