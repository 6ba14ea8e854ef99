import type { Sql } from '../../transaction.ts';

/** What organization `$1` has in storage: files of its own, pictures, and events that left its feed. */
export const storedBytesText = `((select coalesce(sum("byteSize"), 0) from "Artifact" where "organizationId" = $1::uuid)
  + (select coalesce(sum("byteSize"), 0) from "EventArchive" where "organizationId" = $1::uuid))::text`;

const storedSql = { name: 'stored-bytes', text: `select ${storedBytesText} as "bytes"` };

/** Bytes an organization has in storage. */
export async function storedBytes(sql: Sql, organizationId: string): Promise<bigint> {
  const { rows } = await sql.query<{ bytes: string }>({ ...storedSql, values: [organizationId] });
  return BigInt(rows[0]?.bytes ?? 0);
}
