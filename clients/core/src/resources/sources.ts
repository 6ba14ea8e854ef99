import type { Call } from '../call.ts';
import type { Event, Session, Source } from '../entities.ts';
import { expectPayload } from '../errors/expect-payload.ts';
import {
  CreateSourceDocument,
  SetSourceCredentialDocument,
  SourceDocument,
  SourceOverviewDocument,
  SourceOverviewsDocument,
  SourcesDocument,
} from '../generated/documents.ts';
import type {
  CreateSourceInput,
  SetSourceCredentialInput,
  SourceOverviewQuery,
  SourceOverviewsQuery,
} from '../generated/types.ts';
import type { CallOptions } from '../options.ts';
import { createPagedList } from '../pagination.ts';
import type { PagedList, PageOptions } from '../pagination.ts';
import { callOf } from '../transport/graphql.ts';
import type { Graphql } from '../transport/graphql.ts';
import type { Http } from '../transport/http.ts';
import { createUploader } from './uploads.ts';

/** A source and what it was last watched for. */
export type SourceOverview = {
  readonly source: Source;
  /** Newest first: the last two in a list of sources, the last ten of one. */
  readonly sessions: readonly Session[];
  /** What its last two sessions saw, newest first: one of each in a list of sources, sixty of each of one. */
  readonly seen: readonly Event[];
};

type Deps = { graphql: Graphql; http: Http };

export function createSources({ graphql, http }: Deps) {
  return {
    /**
     * Creates a source from exactly one of `path` and `uploadIds`. Throws ConflictError (SOURCE_NAME_TAKEN, UPLOAD_INCOMPLETE),
     * PermissionDeniedError (SOURCE_PATH_REFUSED), PlanLimitError, InvalidRequestError (SOURCE_EMPTY, INPUT_INVALID).
     */
    create(input: CreateSourceInput, options?: CallOptions): Call<Source> {
      return callOf(
        graphql(CreateSourceDocument, { input }, options),
        ({ data, requestId }) => expectPayload(data.createSource, requestId).source,
      );
    },

    /** Null when there is no such source, or none the viewer may see. */
    get(id: string, options?: CallOptions): Call<Source | null> {
      return callOf(graphql(SourceDocument, { id }, options), ({ data }) => data.source);
    },

    /** Sources of the organization, oldest first. */
    list(options: PageOptions & CallOptions = {}): PagedList<Source> {
      return createPagedList(
        options,
        (window) => graphql(SourcesDocument, window, options),
        (data) => data.sources,
      );
    },

    /** Sources of the organization, oldest first, each with its newest sessions and what they saw last: what an overview shows. */
    overviews(options: PageOptions & CallOptions = {}): PagedList<SourceOverview> {
      return createPagedList(
        options,
        (window) => graphql(SourceOverviewsDocument, window, options),
        ({ sources: { edges, pageInfo } }) => ({
          edges: edges.map(({ node }) => ({ node: overviewOf(node) })),
          pageInfo,
        }),
      );
    },

    /** One source with its newest sessions and what they saw last. Null when there is none that the viewer may see. */
    overview(id: string, options?: CallOptions): Call<SourceOverview | null> {
      return callOf(
        graphql(SourceOverviewDocument, { id }, options),
        ({ data }) => data.source && overviewOfOne(data.source),
      );
    },

    /** Keeps a user name and a password for a source, or with none forgets them. They are never shown again. */
    setCredential(input: SetSourceCredentialInput, options?: CallOptions): Call<Source> {
      return callOf(
        graphql(SetSourceCredentialDocument, { input }, options),
        ({ data }) => data.setSourceCredential.source,
      );
    },

    /** Sends one file. Throws InvalidRequestError (FILE_TYPE_REFUSED, UPLOAD_MISMATCH), PlanLimitError. */
    upload: createUploader({ graphql, http }),
  };
}

type Listed = SourceOverviewsQuery['sources']['edges'][number]['node'];

function overviewOf({ sessions, ...source }: Listed): SourceOverview {
  const newest = sessions.edges.map(({ node }) => node).toReversed();
  return {
    source,
    sessions: newest.map(({ events: _events, ...session }) => session),
    seen: newest.flatMap(({ events }) => events.edges.map(({ node }) => node)),
  };
}

function overviewOfOne({ sessions, watched, ...source }: NonNullable<SourceOverviewQuery['source']>): SourceOverview {
  return {
    source,
    sessions: sessions.edges.map(({ node }) => node).toReversed(),
    seen: watched.edges.toReversed().flatMap(({ node }) => node.events.edges.map((edge) => edge.node).toReversed()),
  };
}
