import type { Logger } from 'pino';
import type { Clock } from '../../ports.ts';
import type { Months } from '../events/months/months.ts';
import type { Queue } from '../queue/queue.ts';
import type { Sql } from '../../transaction.ts';

type Deps = {
  queue: Pick<Queue, 'handle' | 'every' | 'enqueue'>;
  months: Months;
  retention: { applyToAll(): Promise<void> };
  leftFiles: { sweep(after: string | undefined): Promise<string | null> };
  pool: Sql;
  /** Ours. */
  clock: Clock;
  log: Pick<Logger, 'warn'>;
};

/** Longest that one round over all organizations may take. */
const roundSeconds = 3_600;

/**
 * What keeps the store in order, once over all processes: months before they are needed, what is old out of the way,
 * months of which nothing is left, and files that nobody names.
 */
export function createStoreJobs({ queue, months, retention, leftFiles, pool, clock, log }: Deps) {
  queue.handle('events.months', async () => {
    await months.ensure(clock.now());
  });
  queue.every('events.months', '7 3 * * *', {});
  queue.handle('events.archive', () => retention.applyToAll(), { expireSeconds: roundSeconds });
  queue.every('events.archive', '*/10 * * * *', {});
  queue.handle('events.drop-months', async () => {
    await months.dropEmpty(clock.now());
  });
  queue.every('events.drop-months', '37 3 * * *', {});
  // As much at a time as is quickly done; what is left is another job.
  queue.handle('files.sweep', async ({ after }) => {
    const last = await leftFiles.sweep(after);
    if (last !== null) await queue.enqueue(pool, 'files.sweep', { organizationId: null, after: last });
  });
  queue.every('files.sweep', '52 3 * * *', {});

  return {
    /** Makes up for what was missed while no process ran. Without its month an event is kept all the same: never throws. */
    async start(): Promise<void> {
      await months
        .ensure(clock.now())
        .catch((err: unknown) => log.warn({ err }, 'months of the feed could not be made, trying again tomorrow'));
    },
  };
}
