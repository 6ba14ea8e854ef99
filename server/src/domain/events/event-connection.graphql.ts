import type { GraphQLResolveInfo } from 'graphql';
import type { Context } from '../../graphql/context.ts';
import { builder } from '../../graphql/builder.ts';
import { page } from '../../graphql/page.ts';
import { InputInvalidError } from '../../errors/request-errors.ts';
import type { Viewer } from '../identity/viewer.ts';
import { SessionNode } from '../sessions/session.graphql.ts';
import { EventFilterInput, toEventFilter } from './event-filter.graphql.ts';
import type { EventFilter } from './event-filter.ts';
import { eventPageInfo } from './event-page-info.ts';
import { EventNode, selectedReferences } from './event.graphql.ts';
import { parseCursor } from './feed-cursor.ts';
import type { SeqGap } from './feed-cursor.ts';
import { GapType } from './gap.graphql.ts';

type WithGap = { gap: () => Promise<SeqGap | null> };

const EventConnection = builder.connectionObject(
  {
    type: EventNode,
    name: 'EventConnection',
    fields: (t) => ({
      gap: t.field({
        type: GapType,
        nullable: true,
        description: 'What `after` asks for and is not in the feed any more; null when nothing is missing.',
        resolve: (connection) => (connection as unknown as WithGap).gap(),
      }),
    }),
  },
  { name: 'EventEdge' },
);

type PageArguments = {
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
};

builder.queryField('events', (t) =>
  t.withAuth({ canSomewhere: 'read' }).field({
    type: EventConnection,
    complexity: page.complexity,
    description:
      'The organization’s feed, in order. Cursors are event numbers, and never go stale. Where little passes the filter a page ' +
      'may be given before it is full, with `hasNextPage`: the search goes on from `endCursor`.',
    args: { ...t.arg.connectionArgs(), filter: t.arg({ type: EventFilterInput }) },
    resolve: (_root, { filter, ...args }, { services, viewer }, info) =>
      eventPage(services, viewer, toEventFilter(filter), args, info),
  }),
);

builder.objectField(SessionNode, 'events', (t) =>
  t.withAuth({ canSomewhere: 'read' }).field({
    type: EventConnection,
    complexity: page.complexity,
    description: 'What this session has told the feed, in order.',
    args: { ...t.arg.connectionArgs(), filter: t.arg({ type: EventFilterInput }) },
    resolve: ({ id }, { filter, ...args }, { services, viewer }, info) => {
      const given = toEventFilter(filter);
      const sessionIds = given.sessionIds ? given.sessionIds.filter((sessionId) => sessionId === id) : [id];
      return eventPage(services, viewer, { ...given, sessionIds }, args, info);
    },
  }),
);

async function eventPage(
  { events }: Context['services'],
  viewer: Viewer,
  filter: EventFilter,
  args: PageArguments,
  info: GraphQLResolveInfo,
) {
  const { first, last } = args;
  if (first != null && last != null) throw new InputInvalidError('last', 'Give either first or last.');
  const size = Math.min(first ?? last ?? page.defaultSize, page.maxSize);
  if (size < 0) throw new InputInvalidError(first == null ? 'last' : 'first', 'A page cannot be smaller than 0.');
  const from = last == null ? 'start' : 'end';
  const [after = null, before = null] = [args.after, args.before].map((cursor) =>
    cursor == null ? null : parseCursor(cursor),
  );
  const include = selectedReferences(info, ['edges', 'node']);
  const read = await events.page(viewer, { filter, after, before, from, size, include });
  const { organizationId } = viewer;
  const firstRead = from === 'start' ? read.events.at(0)?.seq : undefined;
  return {
    edges: read.events.map((node) => ({ cursor: String(node.seq), node })),
    gap: () => (after === null ? null : events.gap(organizationId, after, firstRead)),
    pageInfo: eventPageInfo(read, { from, after, before }),
  };
}
