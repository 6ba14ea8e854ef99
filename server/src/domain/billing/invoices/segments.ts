import type { Period } from '../billing-periods.ts';
import { floorToHour } from '../subscriptions/periods.ts';

/** Some hours of a period, on the terms of one version of a plan. */
export type Segment = Period & { planVersionId: string };

type Change = { at: Date; toVersionId: string };

const hourMs = 3_600_000;

/**
 * Which terms were in force when, from the changes of a subscription in their order. An hour has one price, that of its last
 * change: usage is summed by hours. So a plan that is changed an hour before the bill says nothing about the weeks before.
 */
export function segmentsOf(changes: readonly Change[], { startsAt, endsAt }: Period): Segment[] {
  const segments: Segment[] = [];
  for (const { at, toVersionId } of changes) {
    const from = new Date(Math.max(floorToHour(at).getTime(), startsAt.getTime()));
    if (from >= endsAt) continue;
    while (segments.length > 0 && segments.at(-1)!.startsAt >= from) segments.pop();
    const last = segments.at(-1);
    if (last?.planVersionId === toVersionId) continue;
    if (last) last.endsAt = from;
    segments.push({ planVersionId: toVersionId, startsAt: from, endsAt });
  }
  return segments;
}

/** The part of a period's included units that its segment has, by hours; a unit that has begun is given whole. */
export function includedIn(included: bigint, segment: Period, period: Period): bigint {
  const [part, whole] = [hoursOf(segment), hoursOf(period)];
  return (included * part + whole - 1n) / whole;
}

const hoursOf = ({ startsAt, endsAt }: Period) => BigInt((endsAt.getTime() - startsAt.getTime()) / hourMs);
