import { z } from 'zod';
import { builder } from '../../graphql/builder.ts';
import { SessionNode } from '../sessions/session.graphql.ts';
import { SourceNode } from '../sources/source.graphql.ts';
import type { EventFilter } from './event-filter.ts';
import { EventTypeEnum } from './event.graphql.ts';

// Enough for any screen; each value is compared with every event.
const maxListSize = 100;
const list = z.array(z.unknown()).max(maxListSize, `Give at most ${maxListSize} values.`);

const share = z.number().min(0).max(1);
// Thinner than any pixel, and thick enough to be divided by.
const size = z.number().min(1e-6).max(1);

const AreaInput = builder.inputType('AreaInput', {
  description: 'A part of a frame, in fractions of its width and height, 0 to 1; origin at the top left.',
  fields: (t) => ({
    x: t.float({ required: true, validate: share }),
    y: t.float({ required: true, validate: share }),
    width: t.float({ required: true, validate: size }),
    height: t.float({ required: true, validate: size }),
    minOverlap: t.float({
      validate: share,
      description: 'The share of the box that has to lie inside; left out, any part is enough.',
    }),
  }),
});

export const EventFilterInput = builder.inputType('EventFilter', {
  description: 'Events must pass every condition that is given. An empty list lets nothing pass.',
  fields: (t) => ({
    types: t.field({ type: [EventTypeEnum], validate: list }),
    sourceIds: t.globalIDList({ for: SourceNode, validate: list }),
    sessionIds: t.globalIDList({ for: SessionNode, validate: list }),
    labels: t.stringList({ validate: list }),
    minConfidence: t.float({
      validate: z.number().min(0).max(1),
      description: '0 to 1. Events without a confidence do not pass.',
    }),
    maxConfidence: t.float({
      validate: z.number().min(0).max(1),
      description: '0 to 1, included. Events without a confidence do not pass.',
    }),
    area: t.field({ type: AreaInput, description: 'Boxes that overlap it pass; events without a box do not.' }),
    occurredFrom: t.field({ type: 'DateTime', description: 'Time of the source, included.' }),
    occurredUntil: t.field({ type: 'DateTime', description: 'Time of the source, not included.' }),
  }),
});

type FilterArgument = typeof EventFilterInput.$inferInput;

/** The argument as the domain knows it. */
export function toEventFilter(argument: FilterArgument | null | undefined): EventFilter {
  const { types, sourceIds, sessionIds, labels, ...others } = argument ?? {};
  return {
    types,
    sourceIds: sourceIds?.map(({ id }) => id),
    sessionIds: sessionIds?.map(({ id }) => id),
    labels,
    ...others,
  };
}
