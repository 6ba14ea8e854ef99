import type { Event, EventType } from '@sightline/core';

/** What is sent of an event: its type, when it happened, and the event as the SDK gives it. */
export const messageOf = (event: Event): string =>
  JSON.stringify({ type: event.type, timestamp: event.occurredAt, data: event });

/** An event that could have happened, for trying out what takes them. */
export function exampleEvent(type: EventType, at: Date): Event {
  const isOfObject = type.startsWith('OBJECT_');
  const time = at.toISOString();
  return {
    id: 'event-example',
    seq: 1,
    cursor: '1',
    type,
    occurredAt: time,
    recordedAt: time,
    frameIndex: isOfObject ? 41 : null,
    trackNumber: isOfObject ? 7 : null,
    label: isOfObject ? 'person' : null,
    confidence: isOfObject ? 0.87 : null,
    box: isOfObject ? { x: 0.31, y: 0.22, width: 0.12, height: 0.48 } : null,
    source: { id: 'source-example', name: 'Street camera' },
    session: { id: 'session-example' },
    snapshot: null,
  };
}
