import type { Call } from '../call.ts';
import type { SignIn } from '../entities.ts';
import { RevokeSignInDocument, SignInsDocument, SignOutEverywhereDocument } from '../generated/documents.ts';
import type { CallOptions } from '../options.ts';
import { createPagedList, emptyPage } from '../pagination.ts';
import type { PagedList, PageOptions } from '../pagination.ts';
import { callOf } from '../transport/graphql.ts';
import type { Graphql } from '../transport/graphql.ts';

export function createSignIns({ graphql }: { graphql: Graphql }) {
  return {
    /** Where the person is signed in to this organization, newest first; `current` is the one that asks. */
    list(options: PageOptions & CallOptions = {}): PagedList<SignIn> {
      return createPagedList(
        options,
        (window) => graphql(SignInsDocument, window, options),
        (data) => data.viewer?.signIns ?? emptyPage,
      );
    },

    /** Ends one: its tokens and its open sockets. Ending it twice changes nothing. */
    revoke(id: string, options?: CallOptions): Call<void> {
      return callOf(graphql(RevokeSignInDocument, { input: { id } }, options), () => {});
    },

    /** Ends all of the person's, in every organization; with `keepThis`, all but the one that asks. Gives how many. */
    revokeAll({ keepThis }: { keepThis: boolean }, options?: CallOptions): Call<number> {
      return callOf(
        graphql(SignOutEverywhereDocument, { input: { keepThis } }, options),
        ({ data }) => data.signOutEverywhere.count,
      );
    },
  };
}
