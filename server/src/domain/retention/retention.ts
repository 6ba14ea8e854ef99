import type { Logger } from 'pino';
import type { OrganizationClock } from '../../organization-clock.ts';
import type { ObjectStorage } from '../../ports.ts';
import { nobodysChain } from '../audit/audit-chain.ts';
import type { Sql, SqlPool } from '../../transaction.ts';
import { createEventArchives } from '../events/archive/archive.ts';
import { readLimits } from '../billing/limits.ts';
import { oldSnapshotsSql, pruneAuditSql, removeOldAttemptsSql, settingsSql } from './retention.queries.ts';

/** Days. */
export type RetentionDays = {
  snapshotDays: number;
  /** How long events stay in the feed. */
  eventDays: number;
  /** How long they are kept as files after that; 0: not at all. */
  archiveDays: number;
  auditDays: number;
};

/** What an organization keeps that did not decide. */
export const usualRetention: RetentionDays = { snapshotDays: 7, eventDays: 90, archiveDays: 365, auditDays: 365 };

type Deps = {
  pool: SqlPool & Sql;
  storage: Pick<ObjectStorage, 'put' | 'delete'>;
  clock: Pick<OrganizationClock, 'nowOf' | 'ours'>;
};
type Row = RetentionDays & { id: string };

const batchSize = 500;
const dayMs = 86_400_000;
/** A hundred years. */
const noLimitDays = 36_500;
/** Longer than any window in which tries are counted. */
const attemptDays = 2;

const daysBefore = (now: Date, days: number) => new Date(now.getTime() - days * dayMs);

/** Removes what is kept no longer. May run in several processes at once: what one has removed the others do not find. */
export function createRetention({ pool, storage, clock }: Deps) {
  const archives = createEventArchives({ pool, storage });

  async function removeSnapshots(organizationId: string, before: Date): Promise<void> {
    for (;;) {
      const values = [organizationId, before, batchSize];
      const { rows } = await pool.query<{ id: string; storageKey: string }>({ ...oldSnapshotsSql, values });
      // The file first: its name is in the row, and without it nobody would find the file again.
      for (const { storageKey } of rows) await storage.delete(storageKey);
      await pool.query(`delete from "Artifact" where "id" = any($1::uuid[])`, [rows.map(({ id }) => id)]);
      if (rows.length < batchSize) return;
    }
  }

  const pruneAudit = (chainId: string, before: Date) => pool.query({ ...pruneAuditSql, values: [chainId, before] });

  async function settingsOf(organizationId: string | null): Promise<Row[]> {
    const { snapshotDays, eventDays, auditDays, archiveDays } = usualRetention;
    const values = [snapshotDays, eventDays, auditDays, archiveDays, organizationId];
    return (await pool.query<Row>({ ...settingsSql, values })).rows;
  }

  async function apply({ id, snapshotDays, eventDays, auditDays, archiveDays }: Row, now: Date): Promise<void> {
    // What was decided on a larger plan. Nobody shortens the log of what they did by changing theirs.
    const most = (await readLimits(pool, id))?.maxRetentionDays ?? noLimitDays;
    await removeSnapshots(id, daysBefore(now, Math.min(snapshotDays, most)));
    const isKept = archiveDays > 0 && eventDays < most;
    await archives.move(id, { before: daysBefore(now, Math.min(eventDays, most)), now, isKept });
    await archives.removeOld(id, daysBefore(now, archiveDays), daysBefore(now, most));
    await pruneAudit(id, daysBefore(now, Math.min(auditDays, Math.max(most, usualRetention.auditDays))));
  }

  return {
    /** For one organization, as if it were `now` there. */
    async applyTo(organizationId: string, now: Date): Promise<void> {
      for (const row of await settingsOf(organizationId)) await apply(row, now);
    },

    /** For all, each by its own time, and for what belongs to none. */
    async applyToAll(): Promise<void> {
      const failures: unknown[] = [];
      for (const row of await settingsOf(null)) {
        // What is wrong with one organization keeps nobody else's.
        await apply(row, clock.nowOf(row.id)).catch((error: unknown) => failures.push(error));
      }
      const now = clock.ours.now();
      await pruneAudit(nobodysChain, daysBefore(now, usualRetention.auditDays));
      await pool.query({ ...removeOldAttemptsSql, values: [daysBefore(now, attemptDays)] });
      if (failures.length > 0) throw new AggregateError(failures);
    },
  };
}

type CaretakerDeps = { chores: readonly (() => Promise<void>)[]; log: Pick<Logger, 'warn'>; everyMs?: number };

/** Does chores now and then, one after the other; one that fails comes again the next time. */
export function startCaretaker({ chores, log, everyMs = 600_000 }: CaretakerDeps): AsyncDisposable {
  let running: Promise<void> | null = null;
  let isStopped = false;

  async function doAll(): Promise<void> {
    for (const chore of chores) {
      if (!isStopped) await chore().catch((err: unknown) => log.warn({ err }, 'a chore failed, trying again later'));
    }
    running = null;
  }

  const timer = setInterval(() => (running ??= doAll()), everyMs);
  return {
    async [Symbol.asyncDispose]() {
      isStopped = true;
      clearInterval(timer);
      await running;
    },
  };
}
