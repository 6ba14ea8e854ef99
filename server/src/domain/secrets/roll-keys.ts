import { setTimeout as delay } from 'node:timers/promises';
import type { KeyWrapper } from '../../ports/key-wrapper.ts';
import type { Sql } from '../../transaction.ts';
import type { SecretBox } from './secret-box.ts';
import { currentKeyMaxAgeMs } from './secret-box.ts';
import { sealedColumns } from './sealed-columns.ts';
import type { SealedColumn } from './sealed-columns.ts';

type Deps = { pool: Sql; keys: KeyWrapper; secrets: SecretBox; graceMs?: number };

export type RollReport = {
  /** Data keys that are wrapped by the current key now and were not before. */
  rewrapped: number;
  /** Secrets that were sealed anew, by `Table.column`. */
  resealed: Record<string, number>;
};

const batchSize = 200;

/**
 * Wraps every data key with the current key, makes a new data key, and seals every secret anew with it, a batch at a
 * time, while servers go on. Servers notice the new data key within `currentKeyMaxAgeMs`; what they sealed with the
 * one before until then is done in a second pass. May be broken off and begun again.
 */
export async function rollKeys({ pool, keys, secrets, graceMs = currentKeyMaxAgeMs }: Deps): Promise<RollReport> {
  const rewrapped = await rewrapDataKeys(pool, keys);
  await pool.query(`update "DataKey" set "retiredAt" = now() where "retiredAt" is null`);
  const currentId = await secrets.refresh();
  const resealed = Object.fromEntries(sealedColumns.map(({ table, column }) => [`${table}.${column}`, 0]));
  const resealAll = async () => {
    for (const sealed of sealedColumns) {
      const name = `${sealed.table}.${sealed.column}`;
      resealed[name] = (resealed[name] ?? 0) + (await resealColumn(pool, secrets, sealed, currentId));
    }
  };
  await resealAll();
  await delay(graceMs);
  await resealAll();
  return { rewrapped, resealed };
}

async function rewrapDataKeys(pool: Sql, keys: KeyWrapper): Promise<number> {
  const { rows } = await pool.query<{ id: string; wrappedBy: string; wrapped: Uint8Array }>(
    `select "id", "wrappedBy", "wrapped" from "DataKey" where "wrappedBy" <> $1`,
    [keys.currentKeyId],
  );
  for (const { id, wrappedBy, wrapped } of rows) {
    const key = await keys.unwrap(wrappedBy, wrapped);
    const values = [id, keys.currentKeyId, Buffer.from(await keys.wrap(key)), wrappedBy];
    await pool.query(
      `update "DataKey" set "wrappedBy" = $2, "wrapped" = $3 where "id" = $1 and "wrappedBy" = $4`,
      values,
    );
  }
  return rows.length;
}

async function resealColumn(pool: Sql, secrets: SecretBox, sealed: SealedColumn, currentId: string): Promise<number> {
  const { table, id, column, purpose } = sealed;
  // The id of the data key lies after the first byte.
  const isOld = `"${column}" is not null and substring("${column}" from 2 for 16) <> $1`;
  const findSql = `select (${id})::text as "id", "${column}" as "sealed" from "${table}"
    where ${isOld} and (${id})::text > $2 order by (${id})::text limit ${batchSize}`;
  // Only what is still as it was read: whoever changed it meanwhile sealed it anew.
  const storeSql = `update "${table}" set "${column}" = $3 where (${id})::text = $1 and "${column}" = $2`;
  const current = Buffer.from(currentId.replaceAll('-', ''), 'hex');
  let count = 0;
  for (let after = ''; ;) {
    const { rows } = await pool.query<{ id: string; sealed: Uint8Array }>(findSql, [current, after]);
    for (const row of rows) {
      const secret = await secrets.open(row.sealed, `${purpose}:${row.id}`);
      const anew = Buffer.from(await secrets.seal(secret, `${purpose}:${row.id}`));
      const { rowCount } = await pool.query(storeSql, [row.id, row.sealed, anew]);
      count += rowCount ?? 0;
    }
    const last = rows.at(-1);
    if (!last || rows.length < batchSize) return count;
    after = last.id;
  }
}
