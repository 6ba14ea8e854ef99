import type { Clock } from '../../ports.ts';
import type { JobQueue } from '../../ports/job-queue.ts';
import type { Sql } from '../../transaction.ts';
import { scheduledId } from './scheduled-id.ts';
import type { Schedule } from './queue.ts';

type Deps = { jobs: Pick<JobQueue, 'schedule' | 'insert'>; pool: Sql; clock: Clock; schedules: readonly Schedule[] };

const weekSeconds = 7 * 86_400;

/**
 * Makes the jobs of schedules. The id of a job says its schedule and its time, and is taken until the time after the next:
 * any number of processes may make it, and there is one. The last time that nobody was there for is made up for.
 */
export function createScheduler({ jobs, pool, clock, schedules }: Deps) {
  let known: { schedule: Schedule; since: Date; doneFor: number }[] = [];

  return {
    async start(): Promise<void> {
      known = [];
      for (const schedule of schedules) {
        // What was not asked for yet at that time is not missed.
        const since = await jobs.schedule(schedule.name, schedule.cron.text);
        known.push({ schedule, since, doneFor: 0 });
      }
    },

    async addDue(): Promise<void> {
      const now = clock.now();
      for (const entry of known) {
        const { name, cron, data } = entry.schedule;
        const at = cron.previous(now);
        if (at <= entry.since || at.getTime() === entry.doneFor) continue;
        const next = cron.next(at);
        const keepSeconds = Math.max(weekSeconds, (2 * (next.getTime() - at.getTime())) / 1_000);
        const job = { id: scheduledId(name, at), name, data: { ...data, organizationId: null }, keepSeconds };
        await jobs.insert(pool, [job]);
        entry.doneFor = at.getTime();
      }
    },
  };
}
