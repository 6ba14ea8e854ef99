import { Call } from './call.ts';
import type { WithResponse } from './call.ts';
import { understood } from './transport/graphql.ts';
import type { Executed } from './transport/graphql.ts';

/** One page of a list, and the way to the next. */
export type Page<T> = {
  readonly items: readonly T[];
  readonly hasNextPage: boolean;
  /** Where this page ends; give it as `after` to go on from here later. */
  readonly endCursor: string | null;
  /** The page after this one; null at the end. */
  next(): Promise<Page<T> | null>;
};

/**
 * Nothing is asked until you do. `await` it for its first page, which is asked for once however often it is awaited; `for await`
 * reads item by item through all pages, from the first one on each time.
 */
export type PagedList<T> = AsyncIterable<T> &
  PromiseLike<Page<T>> & {
    /** The first page, asked for anew. */
    page(): Promise<Page<T>>;
    pages(): AsyncIterable<Page<T>>;
    /** The first page as `await` gives it, with the answer's status, headers and request id. */
    withResponse(): Promise<WithResponse<Page<T>>>;
  };

export type PageOptions = {
  /** Items a request; 1 to 100, 50 unless given. */
  pageSize?: number | undefined;
  /** Start behind this cursor. */
  after?: string | undefined;
};

type Connection<T> = {
  readonly edges: ReadonlyArray<{ readonly node: T }>;
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
};

/** What a list has that nobody may see. */
export const emptyPage = { edges: [], pageInfo: { hasNextPage: false, endCursor: null } };

/** A list over a connection of the graph; `load` asks for one page, and `read` finds the connection in the answer. */
export function createPagedList<Result, T>(
  { pageSize = 50, after }: PageOptions,
  load: (window: { first: number; after: string | null }) => Promise<Executed<Result>>,
  read: (result: Result) => Connection<T>,
): PagedList<T> {
  async function ask(start: string | null): Promise<WithResponse<Page<T>>> {
    return understood(await load({ first: pageSize, after: start }), ({ data }) => {
      const { edges, pageInfo } = read(data);
      const { hasNextPage, endCursor } = pageInfo;
      return {
        items: edges.map(({ node }) => node),
        hasNextPage,
        endCursor,
        next: async () => (hasNextPage ? (await ask(endCursor)).data : null),
      };
    });
  }

  const page = async () => (await ask(after ?? null)).data;
  let first: Promise<WithResponse<Page<T>>> | null = null;
  const withResponse = () => (first ??= ask(after ?? null));

  async function* pages() {
    for (let next: Page<T> | null = await page(); next; next = await next.next()) yield next;
  }

  return {
    page,
    pages,
    withResponse,
    // oxlint-disable-next-line unicorn/no-thenable
    then: (onDone, onFailed) => new Call(withResponse()).then(onDone, onFailed),
    async *[Symbol.asyncIterator]() {
      for await (const { items } of pages()) yield* items;
    },
  };
}
