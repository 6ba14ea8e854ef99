import { createHash } from 'node:crypto';
import type { Meter } from '@sightline/db/client';
import type { Sql } from '../../transaction.ts';
import { lockCallsSql, recordUsageSql, setAsideUsageSql } from './billing.queries.ts';

/** One billable act. */
export type Act = {
  /** One for each act, however often it is told: from whoever did it, or by `actId`. */
  id: string;
  organizationId: string;
  meter: Meter;
  /** Units of the meter, from 1. */
  count: number;
  task: string;
  /** `name@version`; empty where no model ran. */
  model: string;
  apiKeyId: string | null;
  sourceId: string | null;
  sessionId: string | null;
  /** ISO 8601. */
  at: string;
  /** What the caller named the call by that two sides may have answered: its own sidecar and ours. */
  callId?: string | null;
  /** Whether a device tells it of its own sidecar. */
  isOfDevice?: boolean;
};

/** Whose clock said when: a server's, which is the organization's own, or that of a machine beside it. */
export type ToldBy = 'organization' | 'machine';

/** An id that is always the same for the same act, such as `actId('session', id, 'frames', 400)`: a version 8 UUID. */
export function actId(...parts: readonly (string | number)[]): string {
  const bytes = createHash('sha256').update(JSON.stringify(parts)).digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** The only writer of usage records. Roll-ups follow in the same transaction, by a trigger. */
export const ledger = {
  /**
   * Records each act once, all or none of them, in the caller's transaction (`sql`); gives how many were new. It holds the
   * roll-ups of the organization until the commit: call it after quotas, before audit entries. Times of a machine are
   * moved where the organization is a sandbox that is ahead. Of a call that a device and we did, the one that is told first counts.
   */
  async record(sql: Sql, acts: readonly Act[], toldBy: ToldBy = 'organization'): Promise<number> {
    const aside = await setAside(sql, acts);
    const counted = aside.size === 0 ? acts : acts.filter(({ id }) => !aside.has(id.toLowerCase()));
    if (acts.length > 0 && counted.length === 0) return 0;
    const values = [JSON.stringify(counted), toldBy === 'machine'];
    const { rowCount } = await sql.query({ ...recordUsageSql, values });
    return rowCount ?? 0;
  },
};

/** Ids of acts whose call is counted by what the other side told. They are kept, so that they never count later. */
async function setAside(sql: Sql, acts: readonly Act[]): Promise<Set<string>> {
  const named = acts.filter(({ callId = null }) => callId !== null);
  if (named.length === 0) return new Set();
  // Both sides may tell at the same moment: whoever comes second has to see what the first one wrote.
  await sql.query({ ...lockCallsSql, values: [named.map(({ organizationId }) => organizationId)] });
  const { rows } = await sql.query<{ id: string }>({ ...setAsideUsageSql, values: [JSON.stringify(named)] });
  return new Set(rows.map(({ id }) => id));
}
