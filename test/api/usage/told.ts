import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { serviceToken } from '../../harness/server.ts';

export type ToldCall = {
  id: string;
  organizationId: string;
  apiKeyId: string | null;
  task: string;
  model: string;
  count: number;
  at: string;
};

/** A call as a sidecar tells it. `organizationId` is the database's. */
export const callOf = (organizationId: string, more: Partial<ToldCall> = {}): ToldCall => ({
  id: randomUUID(),
  organizationId,
  apiKeyId: null,
  task: 'detection',
  model: 'nanodet-g',
  count: 1,
  at: new Date().toISOString(),
  ...more,
});

/** Tells them as a sidecar does; gives how many were new. */
export async function tell(server: { url: string }, records: readonly ToldCall[]): Promise<number> {
  const response = await fetch(`${server.url}/internal/usage`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${serviceToken}` },
    body: JSON.stringify({ records }),
  });
  assert.equal(response.status, 200);
  return ((await response.json()) as { recorded: number }).recorded;
}
