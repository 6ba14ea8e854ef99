import type { Event } from '@sightline/core';

const verbs = {
  SESSION_STARTED: 'session started',
  SESSION_ENDED: 'session ended',
  OBJECT_ENTERED: 'entered',
  OBJECT_UPDATED: 'moved',
  OBJECT_LEFT: 'left',
} as const;

/** An event as one line; null for those that only say that something moved. */
export function eventLine(event: Event, sinceStartMs: number): string | null {
  if (event.type === 'OBJECT_UPDATED') return null;
  const time = `${(sinceStartMs / 1000).toFixed(2)} s`.padStart(9);
  const number = `#${event.seq}`.padStart(6);
  if (event.label === null) return `${time} ${number}  ${verbs[event.type]}`;
  const confidence = event.confidence === null ? '' : `  ${Math.round(event.confidence * 100)} %`;
  const frame = event.frameIndex === null ? '' : `  frame ${event.frameIndex + 1}`;
  return `${time} ${number}  ${event.label} ${event.trackNumber} ${verbs[event.type]}${confidence}${frame}`;
}
