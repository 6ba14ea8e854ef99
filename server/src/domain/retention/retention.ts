import type { Logger } from 'pino';
import type { Clock, ObjectStorage } from '../../ports.ts';
import { nobodysChain } from '../audit/audit-chain.ts';
import type { Sql } from '../../transaction.ts';
import {
  oldSnapshotsSql,
  pruneAuditSql,
  removeOldAttemptsSql,
  removeOldEventsSql,
  settingsSql,
} from './retention.queries.ts';

/** Days. */
export type RetentionDays = { snapshotDays: number; eventDays: number; auditDays: number };

/** What an organization keeps that did not decide. */
export const usualRetention: RetentionDays = { snapshotDays: 7, eventDays: 90, auditDays: 365 };

type Deps = { pool: Sql; storage: Pick<ObjectStorage, 'delete'>; clock: Clock };

const batchSize = 500;
const dayMs = 86_400_000;
/** Longer than any window in which tries are counted. */
const attemptDays = 2;

/** Removes what is kept no longer. May run in several processes at once: what one has removed the others do not find. */
export function createRetention({ pool, storage, clock }: Deps) {
  const before = (days: number) => new Date(clock.now().getTime() - days * dayMs);

  async function removeSnapshots(organizationId: string, days: number): Promise<void> {
    for (;;) {
      const values = [organizationId, before(days), batchSize];
      const { rows } = await pool.query<{ id: string; storageKey: string }>({ ...oldSnapshotsSql, values });
      // The file first: its name is in the row, and without it nobody would find the file again.
      for (const { storageKey } of rows) await storage.delete(storageKey);
      await pool.query(`delete from "Artifact" where "id" = any($1::uuid[])`, [rows.map(({ id }) => id)]);
      if (rows.length < batchSize) return;
    }
  }

  async function removeEvents(organizationId: string, days: number): Promise<void> {
    const values = [organizationId, before(days), batchSize];
    let removed: number | null;
    do ({ rowCount: removed } = await pool.query({ ...removeOldEventsSql, values }));
    while (removed === batchSize);
  }

  const pruneAudit = (chainId: string, days: number) =>
    pool.query({ ...pruneAuditSql, values: [chainId, before(days)] });

  return async function applyRetention(): Promise<void> {
    const { snapshotDays, eventDays, auditDays } = usualRetention;
    const values = [snapshotDays, eventDays, auditDays];
    const { rows } = await pool.query<RetentionDays & { id: string }>({ ...settingsSql, values });
    for (const { id, ...days } of rows) {
      await removeSnapshots(id, days.snapshotDays);
      await removeEvents(id, days.eventDays);
      await pruneAudit(id, days.auditDays);
    }
    await pruneAudit(nobodysChain, auditDays);
    await pool.query({ ...removeOldAttemptsSql, values: [before(attemptDays)] });
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
