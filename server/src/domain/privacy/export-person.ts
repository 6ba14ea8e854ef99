import type { Sql } from '../../transaction.ts';
import { exportSql, personalTables } from './personal-tables.ts';

/** Everything we have about a person, by table, secrets left out. Null when there is no such person. */
export async function exportPerson(sql: Sql, userId: string): Promise<string | null> {
  const { rows: users } = await sql.query<{ email: string }>(`select "email" from "User" where "id" = $1`, [userId]);
  const email = users[0]?.email;
  if (email === undefined) return null;
  const tables: Record<string, unknown[]> = {};
  for (const personal of personalTables) {
    const { rows } = await sql.query<{ row: unknown }>(exportSql(personal), [userId, email]);
    tables[personal.table] = rows.map(({ row }) => row);
  }
  return JSON.stringify({ format: 'sightline-person-1', tables }, null, 2);
}
