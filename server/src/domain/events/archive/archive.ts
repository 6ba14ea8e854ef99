import { createHash, randomUUIDv7 } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { ObjectStorage } from '../../../ports.ts';
import { inTransaction } from '../../../transaction.ts';
import type { Sql, SqlPool } from '../../../transaction.ts';
import { archiveKey } from '../../identity/organizations/archive-keys.ts';
import {
  addArchiveSql,
  archiveStartSql,
  forgetMonthsSql,
  lockArchiveSql,
  moveBeginSql,
  oldArchivesSql,
  oldEventsSql,
  removeEventsSql,
} from './archive.queries.ts';

export type EventArchives = ReturnType<typeof createEventArchives>;
type Deps = {
  pool: SqlPool & Sql;
  storage: Pick<ObjectStorage, 'put' | 'delete'>;
  /** Most events of one file. A batch is read into memory, and its removal is one transaction. */
  batchSize?: number;
};

type Move = { before: Date; now: Date; isKept: boolean };
type Row = { seq: string; recordedAt: Date; line: string };

const compress = promisify(gzip);
const filesAtOnce = 100;

/** Moves events that are old out of feeds, into files or for good. May run in several processes at once. */
export function createEventArchives({ pool, storage, batchSize = 5_000 }: Deps) {
  async function moveBatch(organizationId: string, { before, now, isKept }: Move): Promise<boolean> {
    let stored: string | null = null;
    return await inTransaction(pool, async (sql) => {
      const lock = await sql.query<{ isMine: boolean }>({ ...lockArchiveSql, values: [organizationId] });
      if (!lock.rows[0]?.isMine) return false;
      const start = await sql.query<{ firstSeq: string }>({ ...archiveStartSql, values: [organizationId] });
      const { rows } = await sql.query<Row>({ ...oldEventsSql, values: [organizationId, before, batchSize] });
      const [first, last] = [rows.at(0), rows.at(-1)];
      if (!first || !last || !start.rows[0]) return false;
      const firstSeq = BigInt(start.rows[0].firstSeq);
      // The only name under which there may be a file without a row: its transaction was not committed. It is written again.
      const storageKey = archiveKey(organizationId, firstSeq);
      if (isKept) {
        const bytes = await compress(rows.map(({ line }) => `${line}\n`).join(''));
        // The file first: were it the other way round, a crash in between would lose them.
        stored = storageKey;
        await storage.put(storageKey, bytes, 'application/gzip');
        const range = [firstSeq, last.seq, rows.length, first.recordedAt, last.recordedAt];
        const file = [storageKey, bytes.byteLength, createHash('sha256').update(bytes).digest(), now];
        await sql.query({ ...addArchiveSql, values: [randomUUIDv7(), organizationId, ...range, ...file] });
      } else await storage.delete(storageKey);
      for (const statement of [removeEventsSql, moveBeginSql, forgetMonthsSql]) {
        await sql.query({ ...statement, values: [organizationId, last.seq] });
      }
      return rows.length === batchSize;
    }).catch(async (error: unknown) => {
      // The organization went meanwhile, its files before it: nobody else would find this one.
      const { rows } = await pool.query({ ...archiveStartSql, values: [organizationId] });
      if (stored !== null && rows.length === 0) await storage.delete(stored);
      throw error;
    });
  }

  return {
    /**
     * Takes what was recorded before `before` out of the feed, a batch at a time. With `isKept` it becomes files, as of `now`.
     * What does not fit into the plan’s room is stored all the same, and counts.
     */
    async move(organizationId: string, move: Move): Promise<void> {
      while (await moveBatch(organizationId, move));
    },

    /** Removes files that were made before `madeBefore`, or whose events are all from before `recordedBefore`. */
    async removeOld(organizationId: string, madeBefore: Date, recordedBefore: Date): Promise<void> {
      for (;;) {
        const values = [organizationId, madeBefore, recordedBefore, filesAtOnce];
        const { rows } = await pool.query<{ id: string; storageKey: string }>({ ...oldArchivesSql, values });
        // The file first: its name is in the row, and without it nobody would find the file again.
        for (const { storageKey } of rows) await storage.delete(storageKey);
        await pool.query(`delete from "EventArchive" where "id" = any($1::uuid[])`, [rows.map(({ id }) => id)]);
        if (rows.length < filesAtOnce) return;
      }
    },
  };
}
