/** One page of a list, and the way to the next. */
export type Page<T> = {
  readonly items: readonly T[];
  readonly hasNextPage: boolean;
  /** Where this page ends; give it as `after` to go on from here later. */
  readonly endCursor: string | null;
  /** The page after this one; null at the end. */
  next(): Promise<Page<T> | null>;
};

/** Nothing is asked until you do: `for await` reads item by item through all pages, `page()` reads the first one only. */
export type PagedList<T> = AsyncIterable<T> & {
  page(): Promise<Page<T>>;
  pages(): AsyncIterable<Page<T>>;
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

/** A list over a connection of the graph; `load` asks for one page. */
export function createPagedList<T>(
  { pageSize = 50, after }: PageOptions,
  load: (window: { first: number; after: string | null }) => Promise<Connection<T>>,
): PagedList<T> {
  async function read(start: string | null): Promise<Page<T>> {
    const { edges, pageInfo } = await load({ first: pageSize, after: start });
    const { hasNextPage, endCursor } = pageInfo;
    return {
      items: edges.map(({ node }) => node),
      hasNextPage,
      endCursor,
      next: async () => (hasNextPage ? read(endCursor) : null),
    };
  }

  async function* pages() {
    for (let page: Page<T> | null = await read(after ?? null); page; page = await page.next()) yield page;
  }

  return {
    page: () => read(after ?? null),
    pages,
    async *[Symbol.asyncIterator]() {
      for await (const page of pages()) yield* page.items;
    },
  };
}
