import type { EventFilter, EventType } from '@sightline/core';
import type { ValuesOf } from '../command/command.ts';

export const eventTypes = [
  'OBJECT_ENTERED',
  'OBJECT_UPDATED',
  'OBJECT_LEFT',
  'SESSION_STARTED',
  'SESSION_ENDED',
] as const;

/** Options of every command that chooses among events. */
export const filterOptions = {
  type: { type: 'list', value: 'TYPE', choices: eventTypes, about: 'only these' },
  label: { type: 'list', value: 'LABEL', about: 'only of these objects' },
  source: { type: 'list', value: 'ID', about: 'only of these sources' },
  session: { type: 'list', value: 'ID', about: 'only of these sessions' },
  'min-confidence': {
    type: 'number',
    value: '0…1',
    least: 0,
    most: 1,
    isFraction: true,
    about: 'only what was as sure',
  },
} as const;

/** Undefined where everything passes. */
export function filterOf(options: ValuesOf<typeof filterOptions>): EventFilter | undefined {
  const { type, label, source, session, 'min-confidence': minConfidence } = options;
  const filter: EventFilter = {
    ...(type.length > 0 && { types: type as readonly EventType[] }),
    ...(label.length > 0 && { labels: label }),
    ...(source.length > 0 && { sourceIds: source }),
    ...(session.length > 0 && { sessionIds: session }),
    ...(minConfidence !== undefined && { minConfidence }),
  };
  return Object.keys(filter).length > 0 ? filter : undefined;
}
