import { randomUUIDv7 } from 'node:crypto';
import type { Prisma } from '@sightline/db/client';
import type { OrganizationClock } from '../../organization-clock.ts';
import { sqlOf } from '../../transaction.ts';
import type { Sql } from '../../transaction.ts';
import type { Viewer } from '../identity/viewer.ts';
import { stateHash } from './state-hash.ts';

export type AuditLog = ReturnType<typeof createAuditLog>;

/** Who acts. A viewer is one; for what nobody in particular asked for, such as a reset, the ids may be null. */
export type Actor = {
  readonly organizationId: string | null;
  readonly userId: string | null;
  readonly apiKeyId: string | null;
};

export type Act = {
  /** Name of the mutation. */
  action: string;
  /** Type of what it changed, such as `Source`. */
  targetType?: string;
  targetId: string | null;
  requestId: string;
  /** What was changed, as it was and as it is now: only a digest of it is kept. Left out: there was, or is, nothing. */
  before?: unknown;
  after?: unknown;
};

const addEntrySql = {
  text: `insert into "AuditEntry" ("id", "organizationId", "actorUserId", "actorApiKeyId", "action", "targetType", "targetId",
      "requestId", "beforeHash", "afterHash", "at")
    values ($1::uuid, $2::uuid, $3::uuid, $4::uuid, $5::text, $6::text, $7::uuid, $8::text, $9::bytea, $10::bytea,
      $11::timestamptz)`,
};

/** The only writer of audit entries: one row per mutation, in the mutation's own transaction. */
export function createAuditLog({ clock }: { clock: Pick<OrganizationClock, 'nowOf' | 'ours'> }) {
  return {
    /**
     * Adds the entry. The database gives it its number and links it to the one before, and holds the end of the
     * organization's chain until the commit: call it late in the transaction, after all other locks are taken.
     */
    async record(tx: Prisma.TransactionClient | Sql, actor: Actor | Viewer, act: Act): Promise<void> {
      const { organizationId, userId, apiKeyId } = actor;
      const at = organizationId === null ? clock.ours.now() : clock.nowOf(organizationId);
      const { action, targetType = null, targetId, requestId, before, after } = act;
      const who = [organizationId, userId, apiKeyId];
      const what = [action, targetType, targetId, requestId, stateHash(before), stateHash(after), at];
      const sql = '$executeRaw' in tx ? sqlOf(tx) : tx;
      await sql.query({ ...addEntrySql, values: [randomUUIDv7(), ...who, ...what] });
    },
  };
}
