import { builder } from '../../graphql/builder.ts';
import { liveStream, liveValue } from '../../graphql/live-stream.ts';
import type { FeedItem } from './event-feed.ts';
import { EventFilterInput, toEventFilter } from './event-filter.graphql.ts';
import { EventNode, selectedReferences } from './event.graphql.ts';
import { eventsVisibleTo } from './events.policy.ts';
import { parseCursor } from './feed-cursor.ts';
import { GapType } from './gap.graphql.ts';

const EventFeedItem = builder.unionType('EventFeedItem', {
  types: [EventNode, GapType],
  resolveType: (item) => ('fromSeq' in item ? GapType : EventNode),
});

builder.subscriptionField('eventFeed', (t) =>
  t.withAuth({ canSomewhere: 'read' }).field({
    type: EventFeedItem,
    description:
      'Every event after `after` that passes the filter, in order, each once: first those recorded, then live. ' +
      'Reconnect with the cursor of the last event you got.',
    args: {
      after: t.arg.string({ description: 'A cursor; "0" for everything kept. Left out: new events only.' }),
      filter: t.arg({ type: EventFilterInput }),
    },
    subscribe: (_root, { after, filter }, { services, viewer }, info) => {
      const include = selectedReferences(info, []);
      return liveStream({
        viewer,
        watch: services.viewerWatch,
        cursorOf: (item: FeedItem) => String(item.kind === 'event' ? item.event.seq : item.toSeq),
        open: (signal) =>
          services.feed.read({
            ...eventsVisibleTo(viewer, toEventFilter(filter)),
            after: after == null ? null : parseCursor(after),
            complete: (events) => services.events.complete(events, include),
            signal,
          }),
      });
    },
    resolve: (value) => {
      const item: FeedItem = liveValue(value);
      return item.kind === 'event' ? item.event : item;
    },
  }),
);
