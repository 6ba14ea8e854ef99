import type { Call } from '../call.ts';
import type { Source } from '../entities.ts';
import { expectPayload } from '../errors/expect-payload.ts';
import {
  CreateSourceDocument,
  SetSourceCredentialDocument,
  SourceDocument,
  SourcesDocument,
} from '../generated/documents.ts';
import type { CreateSourceInput, SetSourceCredentialInput } from '../generated/types.ts';
import type { CallOptions } from '../options.ts';
import { createPagedList } from '../pagination.ts';
import type { PagedList, PageOptions } from '../pagination.ts';
import { callOf } from '../transport/graphql.ts';
import type { Graphql } from '../transport/graphql.ts';
import type { Http } from '../transport/http.ts';
import { createUploader } from './uploads.ts';

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
