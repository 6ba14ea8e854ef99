/** A length of time by the calendar, as ISO 8601 writes it: a month is as long as the one that it begins in. */
export type Duration = { months: number; ms: number };

// At least one part, and one behind a T.
const shape =
  /^P(?=[\dT])(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?(?:T(?=\d)(?:(\d{1,6})H)?(?:(\d{1,7})M)?(?:(\d{1,9})S)?)?$/;

/** Reads `P30D`, `P1M`, `P1Y2M`, `PT36H`; null for what is no such duration, or none at all. */
export function parseDuration(text: string): Duration | null {
  const found = shape.exec(text);
  if (!found) return null;
  const [years = 0, months = 0, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = found
    .slice(1)
    .map((part) => Number(part ?? 0));
  const duration = {
    months: years * 12 + months,
    ms: (((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60_000 + seconds * 1_000,
  };
  return duration.months + duration.ms > 0 ? duration : null;
}

/** The moment so much later, in UTC. A day that its month does not have is the last one: 31 January, then 28 February. */
export function addDuration(at: Date, { months, ms }: Duration): Date {
  const moved = new Date(at);
  moved.setUTCDate(1);
  moved.setUTCMonth(moved.getUTCMonth() + months);
  const lastDay = new Date(Date.UTC(moved.getUTCFullYear(), moved.getUTCMonth() + 1, 0)).getUTCDate();
  moved.setUTCDate(Math.min(at.getUTCDate(), lastDay));
  return new Date(moved.getTime() + ms);
}
