import type { Event } from '@sightline/db/client';
import type { GraphQLResolveInfo } from 'graphql';
import { builder } from '../../graphql/builder.ts';
import { selectedFields } from '../../graphql/selected-fields.ts';
import type { Box } from '../../ports.ts';
import { ArtifactNode } from '../artifacts/artifact.graphql.ts';
import { SessionNode } from '../sessions/session.graphql.ts';
import { SourceNode } from '../sources/source.graphql.ts';
import type { ReadEvent, ReferenceName } from './event-page.queries.ts';

export const EventTypeEnum = builder.enumType('EventType', {
  values: {
    SESSION_STARTED: { description: 'The source was opened.' },
    SESSION_ENDED: { description: 'Nothing more comes of this session.' },
    OBJECT_ENTERED: { description: 'An object came into view.' },
    OBJECT_UPDATED: { description: 'An object in view moved or is known better.' },
    OBJECT_LEFT: { description: 'An object left; its box is where it was last seen.' },
  },
});

const BoxType = builder.objectRef<Box>('Box').implement({
  description: 'A part of a frame, in fractions of its width and height, 0 to 1; origin at the top left.',
  fields: (t) => ({
    x: t.exposeFloat('x'),
    y: t.exposeFloat('y'),
    width: t.exposeFloat('width'),
    height: t.exposeFloat('height'),
  }),
});

// Not a Prisma type: events are read by statements of our own (see events.queries.ts).
export const EventNode = builder.objectRef<ReadEvent>('Event');

builder.node(EventNode, {
  description: 'A recorded fact in the organization’s feed.',
  id: { resolve: ({ id }) => id },
  // What relay keeps for a request is handed out before it knows its type: who asked second got an event of no type. Those
  // who ask in the same moment share a statement anyway.
  loadWithoutCache: (id, { viewer, services }) => (viewer ? services.events.find(viewer, id) : null),
  fields: (t) => ({
    seq: t.expose('seq', { type: 'BigInt', description: 'Number in the feed: rises by one, in order of recording.' }),
    cursor: t.string({ description: '`seq` as text, for `after`.', resolve: ({ seq }) => String(seq) }),
    type: t.expose('type', { type: EventTypeEnum }),
    occurredAt: t.expose('occurredAt', { type: 'DateTime', description: 'Time of the source.' }),
    recordedAt: t.expose('recordedAt', { type: 'DateTime', description: 'Time of the server.' }),
    frameIndex: t.exposeInt('frameIndex', { nullable: true, description: 'Frame of the session, from 0.' }),
    trackNumber: t.exposeInt('trackNumber', {
      nullable: true,
      description: 'The object, numbered within its session.',
    }),
    label: t.exposeString('label', { nullable: true, description: 'What the object is, in the model’s words.' }),
    confidence: t.exposeFloat('confidence', { nullable: true, description: '0 to 1.' }),
    box: t.field({ type: BoxType, nullable: true, resolve: boxOf }),
    source: t.field({
      type: SourceNode,
      nullable: true,
      extensions: { readsAhead: false },
      resolve: (event, _args, { services }) => services.events.source(event),
    }),
    session: t.field({
      type: SessionNode,
      nullable: true,
      extensions: { readsAhead: false },
      resolve: (event, _args, { services }) => services.events.session(event),
    }),
    snapshot: t.field({
      type: ArtifactNode,
      nullable: true,
      description: 'The frame it was seen in.',
      extensions: { readsAhead: false },
      resolve: (event, _args, { services }) => services.events.snapshot(event),
    }),
  }),
});

/** What the operation wants of events at `path` that is worth reading along with them. */
export function selectedReferences(info: GraphQLResolveInfo, path: readonly string[]): ReferenceName[] {
  const selected = selectedFields(info, path);
  return (['source', 'session', 'snapshot'] as const).filter((name) => selected.has(name));
}

function boxOf({ boxX: x, boxY: y, boxWidth: width, boxHeight: height }: Event): Box | null {
  return x === null || y === null || width === null || height === null ? null : { x, y, width, height };
}
