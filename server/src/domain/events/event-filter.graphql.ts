import { z } from 'zod';
import { builder } from '../../graphql/builder.ts';
import { SessionNode } from '../sessions/session.graphql.ts';
import { SourceNode } from '../sources/source.graphql.ts';
import type { EventFilter } from './event-filter.ts';
import { EventTypeEnum } from './event.graphql.ts';

// Enough for any screen; each value is compared with every event.
const maxListSize = 100;
const list = z.array(z.unknown()).max(maxListSize, `Give at most ${maxListSize} values.`);

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
  }),
});

type FilterArgument = typeof EventFilterInput.$inferInput;

/** The argument as the domain knows it. */
export function toEventFilter(argument: FilterArgument | null | undefined): EventFilter {
  const { types, sourceIds, sessionIds, labels, minConfidence } = argument ?? {};
  return {
    types,
    sourceIds: sourceIds?.map(({ id }) => id),
    sessionIds: sessionIds?.map(({ id }) => id),
    labels,
    minConfidence,
  };
}
