import type { ObjectStorage } from '../../ports.ts';
import { inTransaction } from '../../transaction.ts';
import type { Sql, SqlPool } from '../../transaction.ts';
import { archiveKeysSql } from '../identity/organizations/archive-keys.ts';
import { foldersOf, removeFolder } from '../identity/organizations/organization-files.ts';
import type { MailQueue } from '../mail/mail-queue.ts';
import { personalTables, removeSql } from './personal-tables.ts';

type Deps = {
  pool: SqlPool & Sql;
  storage: Pick<ObjectStorage, 'list' | 'delete'>;
  mail: Pick<MailQueue, 'forget'>;
  /** Makes the last bill of an organization that goes. */
  settleUp(organizationId: string): Promise<void>;
};

/** Organizations in which nobody else is. */
const aloneInSql = `select m."organizationId" as "id" from "Membership" m where m."userId" = $1
  and not exists (select from "Membership" o where o."organizationId" = m."organizationId" and o."userId" <> $1)`;

/** What lies in storage of this person and of those organizations. */
const storedSql = `select "storageKey" as "key" from "PrivacyRequest" where "userId" = $1 and "storageKey" is not null
  union select "storageKey" from "Artifact" where "organizationId" = any($2::uuid[])
  union ${archiveKeysSql('= any($2::uuid[])')}`;

/** Rows that others of the organization point to go after those; the rest goes with the organization itself. */
const organizationTables = ['Event', 'Session', 'SourceFile', 'Source', 'Artifact'];

const blankSql = `update "User" set "email" = 'erased-' || "id" || '@erased.invalid', "name" = '—', "passwordHash" = null,
  "emailVerifiedAt" = null, "locale" = 'EN', "timeZone" = 'UTC', "erasedAt" = $2 where "id" = $1`;

const finishSql = `update "PrivacyRequest" set "state" = 'DONE', "storageKey" = null, "expiresAt" = null,
  "finishedAt" = coalesce("finishedAt", $2) where "userId" = $1`;

/**
 * Removes everything about a person: their files, their organizations in which nobody else is, and their rows. Only an
 * id is left, for what it is named in. May be done again where it broke off.
 */
export function createErasePerson({ pool, storage, mail, settleUp }: Deps) {
  return async function erasePerson(userId: string, now: Date): Promise<void> {
    const { rows: alone } = await pool.query<{ id: string }>(aloneInSql, [userId]);
    const organizationIds = alone.map(({ id }) => id);
    // Files first: their names are in the rows, and without those nobody would find them again.
    const { rows: stored } = await pool.query<{ key: string }>(storedSql, [userId, organizationIds]);
    for (const { key } of stored) await storage.delete(key);
    // And what no row names, because whoever stored it was stopped before there was one.
    const folders = [`exports/${userId}/`, ...organizationIds.flatMap(foldersOf)];
    for (const folder of folders) await removeFolder(storage, folder);
    for (const id of organizationIds) await settleUp(id);
    await inTransaction(pool, async (sql) => {
      const { rows } = await sql.query<{ email: string }>(`select "email" from "User" where "id" = $1 for update`, [
        userId,
      ]);
      const email = rows[0]?.email;
      if (email === undefined) return;
      for (const id of organizationIds) await removeOrganization(sql, id);
      for (const table of personalTables.filter(({ onErasure }) => onErasure === 'remove')) {
        await sql.query(removeSql(table), [userId, email]);
      }
      await mail.forget(sql, { userId, email });
      await sql.query(blankSql, [userId, now]);
      await sql.query(finishSql, [userId, now]);
    });
  };
}

async function removeOrganization(sql: Sql, id: string): Promise<void> {
  // Answers that were kept to be given again: no row points to them.
  await sql.query(`delete from "IdempotencyKey" where "scope" = $1`, [id]);
  for (const table of organizationTables) {
    const whose =
      table === 'SourceFile' ? `"sourceId" in (select "id" from "Source" where "organizationId" = $1)` : null;
    await sql.query(`delete from "${table}" where ${whose ?? '"organizationId" = $1'}`, [id]);
  }
  await sql.query(`delete from "Organization" where "id" = $1`, [id]);
}
