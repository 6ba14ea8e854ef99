import { Call, notAsked } from '../call.ts';
import type { WithResponse } from '../call.ts';
import type { Event } from '../entities.ts';
import { errorOfRest } from '../errors/read-errors.ts';
import { SightlineError } from '../errors/sightline-error.ts';
import { ArtifactLinkDocument, EventFeedDocument, EventsDocument, LastEventDocument } from '../generated/documents.ts';
import type { EventFeedSubscription, EventFilter } from '../generated/types.ts';
import type { Logger } from '../logger.ts';
import type { CallOptions, Settings } from '../options.ts';
import { createPagedList } from '../pagination.ts';
import type { PagedList, PageOptions } from '../pagination.ts';
import type { ReconnectPolicy } from '../transport/backoff.ts';
import type { Credentials } from '../transport/credentials.ts';
import { callOf } from '../transport/graphql.ts';
import type { Graphql } from '../transport/graphql.ts';
import { factsOf } from '../transport/http.ts';
import type { Http } from '../transport/http.ts';
import { resume } from '../transport/resume.ts';
import { createStream } from '../transport/stream.ts';
import type { Stream } from '../transport/stream.ts';
import type { Subscribe } from '../transport/subscription.ts';

/** What a feed yields. A gap is history that retention removed before it was read; both numbers are inclusive. */
export type FeedItem =
  | { readonly kind: 'event'; readonly event: Event; readonly cursor: string }
  | { readonly kind: 'gap'; readonly fromSeq: number; readonly toSeq: number; readonly cursor: string };

export type SubscribeOptions = {
  /** The cursor of the last event you have; `'0'` for everything kept. New events only unless given. */
  after?: string | undefined;
  filter?: EventFilter | undefined;
  signal?: AbortSignal | undefined;
  /** Instead of the client's own. */
  reconnect?: ReconnectPolicy | undefined;
  logger?: Logger | undefined;
  /** Told whenever the server has taken the connection that events come over, and whenever that is lost. */
  onConnection?: ((isOpen: boolean) => void) | undefined;
};

export type EventStream = Stream<FeedItem> & {
  /**
   * Where the stream is: store it, and give it as `after` to go on from here, even in another process. Null until known. It moves
   * without an item, too, where a filter let nothing through for long.
   */
  readonly cursor: string | null;
};

type Deps = { graphql: Graphql; http: Http; subscribe: Subscribe; settings: Settings; renew: Credentials['renew'] };

export function createEvents({ graphql, http, subscribe, settings, renew }: Deps) {
  function lastCursor(options?: CallOptions): Call<string | null> {
    return callOf(graphql(LastEventDocument, {}, options), ({ data }) => data.events.edges.at(-1)?.cursor ?? null);
  }

  async function bytesOf(
    { id, url }: NonNullable<Event['snapshot']>,
    options: CallOptions,
  ): Promise<WithResponse<Uint8Array<ArrayBuffer> | null>> {
    try {
      return await downloadFrom(http, url, options);
    } catch (error) {
      if (!(error instanceof SightlineError) || error.code !== 'LINK_INVALID') throw error;
      const { data, response } = await graphql(ArtifactLinkDocument, { id }, options);
      return data.node && 'url' in data.node ? downloadFrom(http, data.node.url, options) : { data: null, response };
    }
  }

  return {
    /** Kept events in feed order, oldest first. */
    list(options: PageOptions & CallOptions & { filter?: EventFilter } = {}): PagedList<Event> {
      return createPagedList(
        options,
        (window) => graphql(EventsDocument, { ...window, filter: options.filter ?? null }, options),
        (data) => data.events,
      );
    },

    /**
     * The picture an event was seen in, as JPEG bytes. Works after the event's own link has run out, too; null when it is kept
     * no longer, or when there never was one, which is known without asking.
     */
    snapshot({ snapshot }: Pick<Event, 'snapshot'>, options: CallOptions = {}): Call<Uint8Array<ArrayBuffer> | null> {
      return new Call(snapshot ? bytesOf(snapshot, options) : Promise.resolve({ data: null, response: notAsked }));
    },

    /** The cursor of the newest kept event; null when there is none. */
    lastCursor,

    /**
     * Events after a cursor, then live, in order, each once; over lost connections it resumes where it was. Nothing happens
     * before the first item is awaited. Throws what waiting cannot mend: AuthenticationError, InvalidRequestError (CURSOR_INVALID).
     */
    subscribe({
      after,
      filter,
      signal: callerSignal,
      reconnect: policy = settings.reconnect,
      logger = settings.logger,
      onConnection,
    }: SubscribeOptions = {}): EventStream {
      let cursor = after ?? null;
      const stream = createStream<FeedItem>(callerSignal, async function* (signal) {
        // Without a starting point, what happens during a first lost connection would be lost with it.
        cursor ??= await lastCursor({ signal });
        const items = resume({
          open: () => subscribe(EventFeedDocument, { after: cursor, filter: filter ?? null }, signal, onConnection),
          renew,
          policy,
          signal,
          logger,
        });
        for await (const { eventFeed } of items) {
          const fresh = without(readItem(eventFeed), cursor);
          if (!fresh) continue;
          cursor = fresh.cursor;
          if (fresh.kind !== 'progress') yield fresh;
        }
      });
      return Object.defineProperty(stream as EventStream, 'cursor', { get: () => cursor });
    },
  };
}

function downloadFrom(http: Http, url: string, options: CallOptions): Promise<WithResponse<Uint8Array<ArrayBuffer>>> {
  const request = { url, method: 'GET', headers: {}, body: () => null, repeatable: true, authorized: false };
  return http(request, options, (answer) => {
    if (!answer.ok) throw errorOfRest(answer.body, answer);
    return { data: answer.bytes, response: factsOf(answer) };
  });
}

type Told = EventFeedSubscription['eventFeed'];
type Progress = { readonly kind: 'progress'; readonly cursor: string };

function readItem(item: Told): FeedItem | Progress {
  if (item.__typename === 'FeedProgress') return { kind: 'progress', cursor: item.cursor };
  if (item.__typename === 'Gap')
    return { kind: 'gap', fromSeq: item.fromSeq, toSeq: item.toSeq, cursor: String(item.toSeq) };
  // Read live or from a list, an event is the same.
  const { __typename: _graph, ...event } = item;
  return { kind: 'event', event, cursor: event.cursor };
}

/** What of an item lies behind the cursor: all of it, the rest of a gap, or nothing. */
function without<Item extends FeedItem | Progress>(item: Item, cursor: string | null): Item | null {
  const seen = cursor === null ? -1 : Number(cursor);
  if (Number(item.cursor) <= seen) return null;
  return item.kind === 'gap' ? { ...item, fromSeq: Math.max(item.fromSeq, seen + 1) } : item;
}
