import type { Row } from '../../lib/report.ts';
import type { Seen } from './readers.ts';
import type { Turn } from './turn-trace.ts';

/** When events up to a number were about to be written, and when that was committed. */
export type Written = { firstSeq: number; lastSeq: number; insertedAt: number; committedAt: number };

/** Where the time goes between an insert and its readers, who are written to in turns: some have an event long before others. */
export function piecesOf(written: readonly Written[], turns: readonly Turn[], seen: readonly Seen[]): Row[] {
  const firstWriteAt = new Map<number, number>();
  const lastWriteAt = new Map<number, number>();
  for (const { firstSeq, lastSeq, beganAt, endedAt } of turns) {
    for (let seq = firstSeq; seq <= lastSeq; seq += 1) {
      if (!firstWriteAt.has(seq)) firstWriteAt.set(seq, beganAt);
      lastWriteAt.set(seq, endedAt);
    }
  }
  const took = {
    'insert to commit': written.map(({ insertedAt, committedAt }) => committedAt - insertedAt),
    'commit to its first write': written.map(({ lastSeq, committedAt }) => firstWriteAt.get(lastSeq)! - committedAt),
    'first write of an event to its last': [...lastWriteAt].map(([seq, at]) => at - firstWriteAt.get(seq)!),
    'last write of an event to the last reader': [...lastOf(seen)].map(([seq, at]) => at - lastWriteAt.get(seq)!),
    'one turn': turns.map(({ beganAt, endedAt }) => endedAt - beganAt),
  };
  return Object.entries(took).flatMap(([metric, times]) => {
    const sorted = times.filter(Number.isFinite).toSorted((a, b) => a - b);
    return [0.5, 0.99].map((share) => ({
      ...{ metric: `  ${metric} p${share * 100}`, value: sorted[Math.floor(sorted.length * share)] ?? NaN, unit: 'ms' },
      ...{ floor: null, ratio: null, goal: null, ok: null },
    }));
  });
}

/** When the last of those who look had each event. */
function lastOf(seen: readonly Seen[]): Map<number, number> {
  const last = new Map<number, number>();
  for (const [seq, at] of seen) last.set(seq, Math.max(at, last.get(seq) ?? at));
  return last;
}
