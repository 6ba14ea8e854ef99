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
import type { Graphql } from '../transport/graphql.ts';

export function createApiKeys({ graphql }: { graphql: Graphql }) {
  return {
    /** Makes a key. Its `secret` is shown here and never again. */
    async create(input: CreateApiKeyInput, options?: CallOptions): Promise<{ secret: string; apiKey: ApiKey }> {
      const { data } = await graphql(CreateApiKeyDocument, { input }, options);
      return data.createApiKey;
    },

    /**
     * Changes a key; what is left out stays. Unless that is only its name, what is open with it ends and has to be opened
     * again. Doing it twice changes nothing, so this is retried.
     */
    async update(input: UpdateApiKeyInput, options?: CallOptions): Promise<ApiKey> {
      const { data } = await graphql(UpdateApiKeyDocument, { input }, { ...options, repeatable: true });
      return data.updateApiKey.apiKey;
    },

    /** Gives a key a new `secret`, which is shown here and never again. The one before works for another `graceSeconds`. */
    async reroll(input: RerollApiKeyInput, options?: CallOptions): Promise<{ secret: string; apiKey: ApiKey }> {
      const { data } = await graphql(RerollApiKeyDocument, { input }, options);
      return data.rerollApiKey;
    },

    /** Kills a key at once. Revoking twice changes nothing, so this is retried. */
    async revoke(id: string, options?: CallOptions): Promise<ApiKey> {
      const { data } = await graphql(RevokeApiKeyDocument, { input: { id } }, { ...options, repeatable: true });
      return data.revokeApiKey.apiKey;
    },

    /** Keys of the organization, oldest first; none for those who may not manage keys. */
    list(options: PageOptions & CallOptions = {}): PagedList<ApiKey> {
      return createPagedList(options, async (window) => {
        const { data } = await graphql(ApiKeysDocument, window, options);
        return data.viewer?.apiKeys ?? emptyPage;
      });
    },
  };
}
