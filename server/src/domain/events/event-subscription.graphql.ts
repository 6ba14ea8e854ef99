import { builder } from '../../graphql/builder.ts';
import { liveStream, liveValue } from '../../graphql/live-stream.ts';
import { sightOf } from '../identity/sight.ts';
import { seqOf } from './event-feed.ts';
import type { FeedItem, FeedProgress } from './event-feed.ts';
import { EventFilterInput, toEventFilter } from './event-filter.graphql.ts';
import { EventNode, selectedReferences } from './event.graphql.ts';
import { eventsVisibleTo } from './events.policy.ts';
import { parseCursor } from './feed-cursor.ts';
import { GapType } from './gap.graphql.ts';

const FeedProgressType = builder.objectRef<FeedProgress>('FeedProgress').implement({
  description: 'Nothing that passes the filter came up to here. Only for who asks for `progress`.',
  fields: (t) => ({
    cursor: t.string({ description: 'To go on from, as `after`.', resolve: ({ seq }) => String(seq) }),
  }),
});

const EventFeedItem = builder.unionType('EventFeedItem', {
  types: [EventNode, GapType, FeedProgressType],
  resolveType: (item) => {
    if ('fromSeq' in item) return GapType;
    return 'kind' in item && item.kind === 'progress' ? FeedProgressType : EventNode;
  },
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
      progress: t.arg.boolean({
        description:
          'Whether `FeedProgress` says, at most once a second, how far a feed is in which nothing passed the filter for long. ' +
          'Whoever filters and resumes by it does not wait for what was looked through before.',
      }),
    },
    // What is selected below it depends on the viewer's permissions and language, which are in the key, and on nothing else.
    extensions: { shareable: ['Event', 'Gap', 'Box', 'Source', 'Session', 'Artifact', 'FeedProgress'] },
    subscribe: (_root, { after: asked, filter, progress }, { services, viewer, locale, lastEventId }, info) => {
      const include = selectedReferences(info, []);
      const visible = eventsVisibleTo(viewer, toEventFilter(filter));
      // A stream that was lost says where it was when it is asked for again with the variables it began with.
      const after = lastEventId ?? asked;
      return liveStream({
        viewer,
        watch: services.viewerWatch,
        cursorOf: (item: FeedItem) => String(seqOf(item)),
        open: (signal) =>
          services.feed.read({
            ...visible,
            after: after == null ? null : parseCursor(after),
            tellsProgress: progress ?? false,
            complete: (events) => services.events.complete(events, include),
            signal,
          }),
        shareKey: JSON.stringify([sightOf(viewer), locale, include, visible.filter, progress ?? false]),
      });
    },
    resolve: (value) => {
      const item: FeedItem = liveValue(value);
      return item.kind === 'event' ? item.event : item;
    },
  }),
);
