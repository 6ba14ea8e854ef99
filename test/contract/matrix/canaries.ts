import { uuidOf } from '../../harness/people.ts';
import { mark } from './world.ts';
import type { World } from './world.ts';

/** Texts that something else goes by, so that they have to stay what they are. */
const functional = new Set([
  'AuditEntry.action', // append-only, as is all of this table
  'AuditEntry.targetType',
  'AuditEntry.requestId',
  'Artifact.contentType', // part of the signed link
  'Artifact.storageKey', // where the bytes are
  'ApiKeyLimit.name', // one of a list
  'Organization.planCode', // names a plan
  'User.email', // signs in; carries the mark already
  'User.passwordHash',
  'User.timeZone',
  'EventArchive.storageKey', // where the bytes are
  'EventRollup.grain', // one of two
  'UsageRollup.grain', // one of three
  'RefreshFamily.seed',
]);

/** Their rows say what they said when they were made: the database refuses anything else. */
const neverChanged = new Set(['Invoice', 'InvoiceLine', 'SubscriptionChange', 'UsageRecord']);

/** Tables of a tenant, by how their rows are found. */
const ownerOf: Record<string, string> = {
  Organization: '"id" = $1',
  User: '"id" in (select "userId" from "Membership" where "organizationId" = $1)',
};

/** Writes a text of its own into every text column of every row of the victim's organization. Gives the columns. */
export async function plantCanaries({ sql, owner }: World): Promise<string[]> {
  const columns = await sql(`select c.table_name as "table", c.column_name as "column"
    from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
    where c.table_schema = 'public' and t.table_type = 'BASE TABLE' and c.data_type = 'text'
      -- What lies in a partition is written through its table.
      and not (select p.relispartition from pg_class p where p.oid = format('%I.%I', c.table_schema, c.table_name)::regclass)
    order by 1, 2`);
  const owned = await sql(`select table_name as "table" from information_schema.columns
    where table_schema = 'public' and column_name = 'organizationId'`);
  const tenants = new Set(owned.map(({ table }) => String(table)));
  const planted: string[] = [];
  for (const { table, column } of columns as { table: string; column: string }[]) {
    const name = `${table}.${column}`;
    const where = ownerOf[table] ?? (tenants.has(table) ? '"organizationId" = $1' : null);
    if (!where || functional.has(name) || neverChanged.has(table)) continue;
    const canary = `${mark}_${table}_${column}_`;
    // Addresses are kept in lower case, and the database checks it.
    const text = column === 'email' ? canary.toLowerCase() : canary;
    const rows = await sql(
      `update "${table}" set "${column}" = $2 || substr(md5(random()::text), 1, 8) where ${where} returning 1`,
      [uuidOf(owner.organizationId), text],
    );
    if (rows.length > 0) planted.push(name);
  }
  return planted;
}

/** What of the victim's is in a text: canaries, and ids in either form. */
export function foundIn(text: string, { victim }: Pick<World, 'victim'>): string[] {
  const canaries = text.match(new RegExp(`${mark}\\w*`, 'gi')) ?? [];
  const ids = Object.entries(victim.ids).filter(([, id]) => text.includes(id) || text.includes(uuidOf(id)));
  return [...new Set([...canaries, ...ids.map(([type]) => `id of ${type}`)])];
}
