import type { Call } from '../call.ts';
import type { ApiKey } from '../entities.ts';
import {
  ApiKeysDocument,
  CreateApiKeyDocument,
  RerollApiKeyDocument,
  RevokeApiKeyDocument,
  UpdateApiKeyDocument,
} from '../generated/documents.ts';
import type { CreateApiKeyInput, RerollApiKeyInput, UpdateApiKeyInput } from '../generated/types.ts';
import type { CallOptions } from '../options.ts';
import { createPagedList, emptyPage } from '../pagination.ts';
import type { PagedList, PageOptions } from '../pagination.ts';
import { callOf } from '../transport/graphql.ts';
import type { Graphql } from '../transport/graphql.ts';

export function createApiKeys({ graphql }: { graphql: Graphql }) {
  return {
    /** Makes a key. Its `secret` is shown here and never again. */
    create(input: CreateApiKeyInput, options?: CallOptions): Call<{ secret: string; apiKey: ApiKey }> {
      return callOf(graphql(CreateApiKeyDocument, { input }, options), ({ data }) => data.createApiKey);
    },

    /**
     * Changes a key; what is left out stays. Unless that is only its name, what is open with it ends and has to be opened
     * again. Doing it twice changes nothing.
     */
    update(input: UpdateApiKeyInput, options?: CallOptions): Call<ApiKey> {
      return callOf(graphql(UpdateApiKeyDocument, { input }, options), ({ data }) => data.updateApiKey.apiKey);
    },

    /** Gives a key a new `secret`, which is shown here and never again. The one before works for another `graceSeconds`. */
    reroll(input: RerollApiKeyInput, options?: CallOptions): Call<{ secret: string; apiKey: ApiKey }> {
      return callOf(graphql(RerollApiKeyDocument, { input }, options), ({ data }) => data.rerollApiKey);
    },

    /** Kills a key at once. Revoking twice changes nothing. */
    revoke(id: string, options?: CallOptions): Call<ApiKey> {
      return callOf(graphql(RevokeApiKeyDocument, { input: { id } }, options), ({ data }) => data.revokeApiKey.apiKey);
    },

    /** Keys of the organization, oldest first; none for those who may not manage keys. */
    list(options: PageOptions & CallOptions = {}): PagedList<ApiKey> {
      return createPagedList(
        options,
        (window) => graphql(ApiKeysDocument, window, options),
        (data) => data.viewer?.apiKeys ?? emptyPage,
      );
    },
  };
}
