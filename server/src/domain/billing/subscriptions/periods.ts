import type { BillingInterval } from '@sightline/db/client';
import type { Period } from '../billing-periods.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

export function floorToHour(at: Date): Date {
  return new Date(Math.floor(at.getTime() / hourMs) * hourMs);
}

/** The full hour at or after `at`, plus whole days of 24 hours, plus hours. */
export function hourAfter(at: Date, days: number, hours = 0): Date {
  return new Date(Math.ceil(at.getTime() / hourMs) * hourMs + days * dayMs + hours * hourMs);
}

/**
 * The period that begins at `startsAt` and ends at the next whole month, or year, after `anchorAt`. Days that a month does
 * not have are its last: 31 January, 28 February, 31 March. Each is counted from the anchor, so that none is lost for good.
 * In UTC: no clock change makes a period an hour longer. Throws RangeError unless both are full hours.
 */
export function periodAfter(anchorAt: Date, interval: BillingInterval, startsAt: Date): Period {
  for (const at of [anchorAt, startsAt]) {
    if (!(at.getTime() % hourMs === 0)) throw new RangeError(`A period begins on a full hour, not at ${at.getTime()}.`);
  }
  const step = interval === 'YEAR' ? 12 : 1;
  const monthsBetween =
    (startsAt.getUTCFullYear() - anchorAt.getUTCFullYear()) * 12 + startsAt.getUTCMonth() - anchorAt.getUTCMonth();
  // One too few at least: the day and the hour of the month are looked at below.
  let steps = Math.floor(monthsBetween / step) - 1;
  let endsAt = addMonths(anchorAt, steps * step);
  while (endsAt <= startsAt) endsAt = addMonths(anchorAt, ++steps * step);
  return { startsAt, endsAt };
}

function addMonths(at: Date, months: number): Date {
  const [year, month] = [at.getUTCFullYear(), at.getUTCMonth() + months];
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return new Date(Date.UTC(year, month, Math.min(at.getUTCDate(), lastDay), at.getUTCHours()));
}

/** In the smallest unit of the currency, for one whole period. */
export type Price = { priceMinor: number };

/**
 * What is left of the old plan, and what the rest of the period costs on the new one, by whole seconds; a second that has
 * begun is gone. Both round down in the same way. So a change and its reverse at the same moment add up to nothing, however
 * many changes a period has, what each plan took adds up without a gap, and the difference is less than one cent from
 * `(new − old) × rest ÷ period`. At the begin of a period they are both prices, at its end nothing.
 */
export function proration(
  old: Price,
  next: Price,
  { startsAt, endsAt }: Period,
  at: Date,
): { creditMinor: bigint; chargeMinor: bigint } {
  const seconds = (ms: number) => BigInt(Math.floor(ms / 1_000));
  const whole = seconds(endsAt.getTime() - startsAt.getTime());
  const left = seconds(endsAt.getTime() - at.getTime());
  const rest = left < 0n ? 0n : left > whole ? whole : left;
  const part = ({ priceMinor }: Price) => (BigInt(priceMinor) * rest) / whole;
  return { creditMinor: part(old), chargeMinor: part(next) };
}
