import DataLoader from 'dataloader';
import { currentOrganization, withOrganization } from './tenancy.ts';
import type { Sql } from './transaction.ts';

/** Names a row and whose it is: rows of another organization do not exist. */
export type RowKey = { id: string; organizationId: string };

/**
 * Rows of one table by id: one statement for all that are asked for in the same moment, whoever asks. A page costs one
 * statement per table, and so does one event told to a thousand subscribers. Nothing is kept, so nothing gets old.
 * Each organization at work has a statement of its own, because the database shows one at a time.
 */
export function createRowLoader<Row extends RowKey>(sql: Sql, table: 'Source' | 'Session' | 'Artifact' | 'Event') {
  const statement = {
    name: `rows-by-id-${table}`,
    text: `select t.* from "${table}" t
      join unnest($1::uuid[], $2::uuid[]) as w("id", "organizationId")
      on t."id" = w."id" and t."organizationId" = w."organizationId"`,
  };
  const keyOf = ({ id, organizationId }: RowKey) => `${id} ${organizationId}`;

  async function read(keys: readonly RowKey[]): Promise<Map<string, Row>> {
    const unique = [...new Map(keys.map((key) => [keyOf(key), key])).values()];
    const values = [unique.map(({ id }) => id), unique.map(({ organizationId }) => organizationId)];
    const { rows } = await sql.query<Row>({ ...statement, values });
    return new Map(rows.map((row) => [keyOf(row), row]));
  }

  const loader = new DataLoader<Wanted, Row | null>(
    async (wanted) => {
      const askers = Map.groupBy(wanted, ({ asker }) => asker);
      const reading = [...askers].map(
        async ([asker, keys]) => [asker, await withOrganization(asker, () => read(keys))] as const,
      );
      const found = new Map(await Promise.all(reading));
      return wanted.map((key) => found.get(key.asker)?.get(keyOf(key)) ?? null);
    },
    { cache: false, maxBatchSize: 1_000 },
  );
  return {
    /** Null: the organization has no such row, or another one is at work. */
    load: ({ id, organizationId }: RowKey) => loader.load({ id, organizationId, asker: currentOrganization() }),
  };
}

/** A key, and the organization at work when it was asked for. */
type Wanted = RowKey & { asker: string | null };
