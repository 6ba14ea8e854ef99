import type { SignIn } from '../entities.ts';
import { RevokeSignInDocument, SignInsDocument, SignOutEverywhereDocument } from '../generated/documents.ts';
import type { CallOptions } from '../options.ts';
import { createPagedList, emptyPage } from '../pagination.ts';
import type { PagedList, PageOptions } from '../pagination.ts';
import type { Graphql } from '../transport/graphql.ts';

export function createSignIns({ graphql }: { graphql: Graphql }) {
  return {
    /** Where the person is signed in to this organization, newest first; `current` is the one that asks. */
    list(options: PageOptions & CallOptions = {}): PagedList<SignIn> {
      return createPagedList(options, async (window) => {
        const { data } = await graphql(SignInsDocument, window, options);
        return data.viewer?.signIns ?? emptyPage;
      });
    },

    /** Ends one: its tokens and its open sockets. Ending it twice changes nothing, so this is retried. */
    async revoke(id: string, options?: CallOptions): Promise<void> {
      await graphql(RevokeSignInDocument, { input: { id } }, { ...options, repeatable: true });
    },

    /** Ends all of the person's, in every organization; with `keepThis`, all but the one that asks. Gives how many. */
    async revokeAll({ keepThis }: { keepThis: boolean }, options?: CallOptions): Promise<number> {
      const { data } = await graphql(SignOutEverywhereDocument, { input: { keepThis } }, options);
      return data.signOutEverywhere.count;
    },
  };
}
