import DataLoader from 'dataloader';
import type { Sql } from './transaction.ts';

/** Names a row and whose it is: rows of another organization do not exist. */
export type RowKey = { id: string; organizationId: string };

/**
 * Rows of one table by id: one statement for all that are asked for in the same moment, whoever asks. A page costs one
 * statement per table, and so does one event told to a thousand subscribers. Nothing is kept, so nothing gets old.
 */
export function createRowLoader<Row extends RowKey>(sql: Sql, table: 'Source' | 'Session' | 'Artifact' | 'Event') {
  const statement = {
    name: `rows-by-id-${table}`,
    text: `select t.* from "${table}" t
      join unnest($1::uuid[], $2::uuid[]) as w("id", "organizationId")
      on t."id" = w."id" and t."organizationId" = w."organizationId"`,
  };
  const keyOf = ({ id, organizationId }: RowKey) => `${id} ${organizationId}`;
  return new DataLoader<RowKey, Row | null>(
    async (wanted) => {
      const unique = [...new Map(wanted.map((key) => [keyOf(key), key])).values()];
      const values = [unique.map(({ id }) => id), unique.map(({ organizationId }) => organizationId)];
      const { rows } = await sql.query<Row>({ ...statement, values });
      const found = new Map(rows.map((row) => [keyOf(row), row]));
      return wanted.map((key) => found.get(keyOf(key)) ?? null);
    },
    { cache: false, maxBatchSize: 1_000 },
  );
}
