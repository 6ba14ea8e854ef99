import type { Parts } from '../base-client.ts';
import type { Call } from '../call.ts';
import type { Dashboard, Event, EventBucket } from '../entities.ts';
import { DashboardDocument, EventStatisticsDocument, LatestEventsDocument } from '../generated/documents.ts';
import type {
  DashboardQueryVariables,
  EventFilter,
  EventStatisticsGrain,
  EventStatisticsQueryVariables,
} from '../generated/types.ts';
import type { CallOptions } from '../options.ts';
import { createPagedList } from '../pagination.ts';
import type { PagedList, PageOptions } from '../pagination.ts';
import { callOf } from '../transport/graphql.ts';

/** Times are ISO 8601; hours unless a grain is given, and as many back from `to` as belong on a screen unless `from` is given. */
export type DashboardInput = Partial<DashboardQueryVariables> & { grain?: EventStatisticsGrain };

/** Ungrouped unless `groupBy` is given. */
export type StatisticsInput = Omit<EventStatisticsQueryVariables, 'groupBy'> &
  Partial<Pick<EventStatisticsQueryVariables, 'groupBy'>>;

export function createAnalytics({ graphql }: Pick<Parts, 'graphql'>) {
  return {
    /** What happened and is happening, with exact counts. */
    dashboard(input: DashboardInput = {}, options?: CallOptions): Call<Dashboard> {
      return callOf(graphql(DashboardDocument, { grain: 'HOUR', ...input }, options), ({ data }) => data.dashboard);
    },

    /** How many events there were, by when they happened; buckets without any are left out. Throws InvalidRequestError for more than 2 000. */
    statistics(input: StatisticsInput, options?: CallOptions): Call<readonly EventBucket[]> {
      return callOf(
        graphql(EventStatisticsDocument, { groupBy: 'NONE', ...input }, options),
        ({ data }) => data.eventStatistics,
      );
    },

    /** Kept events, the newest first: a page goes back in time from `after`, which is a cursor of the feed. */
    latestEvents(options: PageOptions & CallOptions & { filter?: EventFilter } = {}): PagedList<Event> {
      return createPagedList(
        options,
        ({ first: last, after: before }) =>
          graphql(LatestEventsDocument, { last, before, filter: options.filter ?? null }, options),
        ({ events: { edges, pageInfo } }) => ({
          edges: edges.toReversed(),
          pageInfo: { hasNextPage: pageInfo.hasPreviousPage, endCursor: pageInfo.startCursor },
        }),
      );
    },
  };
}
