import type { SessionEndReason, SessionState } from '@sightline/core';
import { tableOf } from './table.ts';
import type { LabelSummary } from './tally.ts';

export type DemoSummary = {
  sourceName: string;
  sessionId: string;
  state: SessionState;
  endReason: SessionEndReason | null;
  endDetail: string | null;
  model: string | null;
  frameCount: number;
  eventCount: number;
  /** Stretches of the feed that were lost before they could be read. */
  gapCount: number;
  /** Most tracks first. */
  objects: LabelSummary[];
  seconds: number;
  /** Milliseconds from asking for the session to its first event of any kind, and to the first object. */
  firstEventMs: number | null;
  firstObjectMs: number | null;
  pictureCount: number;
  /** Where the pictures are; null when there are none. */
  pictureFolder: string | null;
};

/** What happened, for people. */
export function summaryLines(summary: DemoSummary): string[] {
  const { state, endReason, endDetail, model, frameCount, eventCount, gapCount, objects, seconds } = summary;
  const { firstEventMs, firstObjectMs, pictureCount, pictureFolder } = summary;
  const tracks = objects.reduce((sum, { tracks: count }) => sum + count, 0);
  const facts: [string, string][] = [
    ['session', state === 'FAILED' ? ['failed', endReason, endDetail].filter(Boolean).join(', ') : state.toLowerCase()],
    ['model', model ?? 'none'],
    ['frames', `${frameCount} in ${seconds.toFixed(1)} s`],
    ['events', `${eventCount}, of ${tracks} objects`],
    ['first event', `${inMs(firstEventMs)}; first object ${inMs(firstObjectMs)}`],
    ...(gapCount > 0 ? ([['lost', `${gapCount} stretches of the feed`]] as [string, string][]) : []),
    ['pictures', pictureFolder ? `${pictureCount} in ${pictureFolder}` : 'none'],
  ];
  const rows = objects.map(({ label, tracks: count, events, bestConfidence }) => [
    label,
    count,
    events,
    `${Math.round(bestConfidence * 100)} %`,
  ]);
  return [
    '',
    ...(rows.length > 0 ? [...tableOf(['seen', 'objects', 'events', 'best'], rows), ''] : ['  nothing was seen', '']),
    ...facts.map(([name, value]) => `  ${name.padEnd(13)}${value}`),
  ];
}

function inMs(value: number | null): string {
  return value === null ? 'none' : `after ${Math.round(value)} ms`;
}
