import type { Row } from '../../lib/report.ts';
import type { Seen } from './readers.ts';
import type { Round } from './round-trace.ts';

/** When events up to a number were about to be written, and when that was committed. */
export type Written = { firstSeq: number; lastSeq: number; insertedAt: number; committedAt: number };

/**
 * Where the time goes between an insert and its readers. The round is the write of what left together to all readers; a
 * reader has an event while the round still goes on for others, so that the last two overlap.
 */
export function piecesOf(written: readonly Written[], rounds: readonly Round[], seen: readonly Seen[]): Row[] {
  const writtenOf = bySeq(written);
  const roundOf = bySeq(rounds);
  const took = {
    'insert to commit': written.map(({ insertedAt, committedAt }) => committedAt - insertedAt),
    'commit to the start of its round': [] as number[],
    'start of a round to its end': rounds.map(({ beganAt, endedAt }) => endedAt - beganAt),
    'start of a round to reader': [] as number[],
    'end of a round to the start of the next': rounds.slice(1).map(({ beganAt }, n) => beganAt - rounds[n]!.endedAt),
  };
  for (const [seq, round] of roundOf) {
    const insert = writtenOf.get(seq);
    if (insert) took['commit to the start of its round'].push(round.beganAt - insert.committedAt);
  }
  for (const [seq, at] of seen) {
    const round = roundOf.get(seq);
    if (round) took['start of a round to reader'].push(at - round.beganAt);
  }
  return Object.entries(took).flatMap(([metric, times]) => {
    const sorted = times.toSorted((a, b) => a - b);
    return [0.5, 0.99].map((share) => ({
      ...{ metric: `  ${metric} p${share * 100}`, value: sorted[Math.floor(sorted.length * share)] ?? NaN, unit: 'ms' },
      ...{ floor: null, ratio: null, goal: null, ok: null },
    }));
  });
}

function bySeq<Range extends { firstSeq: number; lastSeq: number }>(ranges: readonly Range[]): Map<number, Range> {
  const found = new Map<number, Range>();
  for (const range of ranges) for (let seq = range.firstSeq; seq <= range.lastSeq; seq += 1) found.set(seq, range);
  return found;
}
