import { CronExpressionParser } from 'cron-parser';

/** Times of a schedule, in UTC. */
export type Cron = {
  /** As it was written: minute, hour, day of the month, month, day of the week. */
  text: string;
  /** The last time not after `at`. */
  previous(at: Date): Date;
  /** The first time after `at`. */
  next(at: Date): Date;
};

const fieldCount = 5;

/** Throws for what is no schedule of five fields. */
export function readCron(text: string): Cron {
  if (text.trim().split(/\s+/).length !== fieldCount)
    throw new Error(`“${text}” is no schedule of ${fieldCount} fields.`);
  const timesFrom = (currentDate: Date) => CronExpressionParser.parse(text, { tz: 'UTC', currentDate });
  timesFrom(new Date(0));
  return {
    text,
    // `prev` is strict: a millisecond later it finds a time that is exactly `at`.
    previous: (at) =>
      timesFrom(new Date(at.getTime() + 1))
        .prev()
        .toDate(),
    next: (at) => timesFrom(at).next().toDate(),
  };
}
