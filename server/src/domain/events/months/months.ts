import type { Logger } from 'pino';
import type { Sql } from '../../../transaction.ts';

export type Months = ReturnType<typeof createMonths>;
type Deps = { pool: Sql; log: Pick<Logger, 'info'> };

/** Months made ahead of the current one. */
const monthsAhead = 3;

const makeMonthsSql = {
  name: 'make-event-months',
  text: `select "make_event_months"($1::date, $2::date) as "count"`,
};
const dropMonthsSql = { name: 'drop-event-months', text: `select "drop_event_months"($1::date) as "count"` };

/** PostgreSQL's words for: somebody holds what this needs, and the two seconds it waits are over. */
const lockTimeout = '55P03';
const triesMost = 5;

/** The months in which events lie: made before they are needed, and dropped when nothing is left in them. */
export function createMonths({ pool, log }: Deps) {
  /** Calls again what could not have its locks: it has done nothing then. */
  async function persist(statement: { name: string; text: string }, values: unknown[]): Promise<number> {
    for (let tries = 1; ; tries += 1) {
      try {
        const { rows } = await pool.query<{ count: number }>({ ...statement, values });
        return rows[0]?.count ?? 0;
      } catch (error) {
        if (tries >= triesMost || (error as { code?: string }).code !== lockTimeout) throw error;
      }
    }
  }

  return {
    /** Makes the month of `now` and the next three, as far as they are not there, and gives how many it made. */
    async ensure(now: Date): Promise<number> {
      const last = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + monthsAhead, 1));
      const made = await persist(makeMonthsSql, [dateOf(now), dateOf(last)]);
      if (made > 0) log.info({ made }, 'months of the feed made');
      return made;
    },

    /** Drops months before that of `now` which retention has emptied for everybody, and gives how many those were. */
    async dropEmpty(now: Date): Promise<number> {
      const dropped = await persist(dropMonthsSql, [dateOf(now)]);
      if (dropped > 0) log.info({ dropped }, 'empty months of the feed dropped');
      return dropped;
    },
  };
}

/** A day of UTC, as PostgreSQL reads it whatever its time zone. */
const dateOf = (at: Date) => at.toISOString().slice(0, 10);
