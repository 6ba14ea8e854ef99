import { randomUUIDv7 } from 'node:crypto';
import type { Clock } from '../../ports.ts';
import type { SqlPool, Sql } from '../../transaction.ts';
import { inTransaction } from '../../transaction.ts';
import { stateHash } from '../audit/state-hash.ts';
import type { FlagValue } from './flag-value.ts';
import { flagStateSql, setFlagSql, setRuleSql, unsetFlagSql, unsetRuleSql } from './flags.queries.ts';

export type FlagStore = ReturnType<typeof createFlagStore>;

/** One organization, or one plan; both null: everybody. */
export type FlagTarget = { organizationId: string | null; planCode: string | null };

const nobody = '00000000-0000-0000-0000-000000000000';

/** The only writer of flags: what an operator does from the command line, each with its entry in the log. */
export function createFlagStore({ pool, clock, requestId }: { pool: SqlPool; clock: Clock; requestId: string }) {
  /** Changes a flag, and says so in the log and to every process. */
  function changed(action: string, name: string, change: (sql: Sql) => Promise<void>): Promise<void> {
    return inTransaction(pool, async (sql) => {
      const before = await stateOf(sql, name);
      await change(sql);
      await note(sql, action, before, await stateOf(sql, name));
    });
  }

  async function note(sql: Sql, action: string, before: unknown, after: unknown): Promise<void> {
    await sql.query(
      `insert into "AuditEntry" ("id", "organizationId", "actorUserId", "actorApiKeyId", "action", "targetType",
          "targetId", "requestId", "beforeHash", "afterHash", "at")
        values ($1::uuid, null, null, null, $2, 'FeatureFlag', null, $3, $4, $5, $6)`,
      [randomUUIDv7(), action, requestId, stateHash(before), stateHash(after), clock.now()],
    );
    await sql.query('insert into "OutboxMessage" ("id", "topic", "payload") values ($1::uuid, $2, $3)', [
      randomUUIDv7(),
      'flags.changed',
      JSON.stringify({ organizationId: nobody }),
    ]);
  }

  return {
    /** For everybody whom no exception is made for. Makes the flag where there is none. */
    set: (name: string, { isOn, percentage }: FlagValue, description: string | null) =>
      changed('setFeatureFlag', name, async (sql) => {
        await sql.query(setFlagSql, [name, description, isOn, percentage, clock.now()]);
      }),

    /** An exception. Throws when there is no such flag, organization or plan. */
    setFor: (name: string, { organizationId, planCode }: FlagTarget, isOn: boolean) =>
      changed('setFeatureFlagRule', name, async (sql) => {
        await requireThere(sql, name, { organizationId, planCode });
        await sql.query(unsetRuleSql, [name, organizationId, planCode]);
        await sql.query(setRuleSql, [randomUUIDv7(), name, organizationId, planCode, isOn]);
      }),

    unsetFor: (name: string, { organizationId, planCode }: FlagTarget) =>
      changed('unsetFeatureFlagRule', name, async (sql) => {
        const { rowCount } = await sql.query(unsetRuleSql, [name, organizationId, planCode]);
        if (rowCount === 0) throw new Error(`${name} has no such exception.`);
      }),

    unset: (name: string) =>
      changed('unsetFeatureFlag', name, async (sql) => {
        const { rowCount } = await sql.query(unsetFlagSql, [name]);
        if (rowCount === 0) throw new Error(`There is no flag ${name}.`);
      }),

    /** Says in the log, and to every process, what was done in Redis. */
    noteOverride: (name: string, before: string | null, after: string | null) =>
      inTransaction(pool, (sql) => note(sql, 'overrideFeatureFlag', { name, value: before }, { name, value: after })),
  };
}

async function stateOf(sql: Sql, name: string): Promise<unknown> {
  const { rows } = await sql.query<object>(flagStateSql, [name]);
  return rows[0] && { name, ...rows[0] };
}

async function requireThere(sql: Sql, name: string, { organizationId, planCode }: FlagTarget): Promise<void> {
  const { rows } = await sql.query<{ flag: boolean; organization: boolean; plan: boolean }>(
    `select exists (select from "FeatureFlag" where "name" = $1) as "flag",
      $2::uuid is null or exists (select from "Organization" where "id" = $2::uuid) as "organization",
      $3::text is null or exists (select from "Plan" where "code" = $3::text) as "plan"`,
    [name, organizationId, planCode],
  );
  if (!rows[0]?.flag) throw new Error(`There is no flag ${name}: set it for everybody first.`);
  if (!rows[0].organization) throw new Error(`There is no organization ${organizationId}.`);
  if (!rows[0].plan) throw new Error(`There is no plan ${planCode}.`);
}
