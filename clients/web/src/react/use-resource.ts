import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type {
  InfiniteData,
  UseInfiniteQueryOptions,
  UseInfiniteQueryResult,
  UseQueryOptions,
  UseQueryResult,
} from '@tanstack/react-query';
import type { Page, PageOptions, SightlineError } from '@sightline/core';
import { useMemo } from 'react';
import type { HookClient } from './hook-client.ts';
import { useSightline } from './provider.ts';
import { queryKeyOf } from './query-key.ts';

/** By which two components know that they ask for the same. */
export type ResourceKey = readonly unknown[];

/** Options of TanStack Query, but for those that the hook decides. */
export type ResourceOptions<T> = Omit<
  UseQueryOptions<T, SightlineError, T, readonly unknown[]>,
  'queryKey' | 'queryFn' | 'queryKeyHashFn'
>;

// The client repeats what may be repeated, as long as the server says.
const defaults = { retry: false } as const;

/**
 * What one call gives, kept for all who ask by the same key:
 * `useResource(['source', id], (client, signal) => client.sources.get(id, { signal }))`. A call that gives nothing gives null.
 */
export function useResource<T, C extends HookClient = HookClient>(
  key: ResourceKey,
  ask: (client: C, signal: AbortSignal) => PromiseLike<T>,
  options: ResourceOptions<T> = {},
): UseQueryResult<T, SightlineError> {
  const client = useSightline<C>();
  return useQuery<T, SightlineError, T, readonly unknown[]>({
    ...defaults,
    ...options,
    queryKey: queryKeyOf(client, key),
    queryFn: async ({ signal }) => ((await ask(client, signal)) ?? null) as T,
  });
}

/** One page as it is kept: plain, so that it may be stored. */
export type KeptPage<T> = { readonly items: readonly T[]; readonly endCursor: string | null };

export type PagesOptions<T> = Omit<
  UseInfiniteQueryOptions<
    KeptPage<T>,
    SightlineError,
    InfiniteData<KeptPage<T>, string | null>,
    readonly unknown[],
    string | null
  >,
  'queryKey' | 'queryFn' | 'queryKeyHashFn' | 'initialPageParam' | 'getNextPageParam' | 'getPreviousPageParam'
>;

export type Pages<T> = UseInfiniteQueryResult<InfiniteData<KeptPage<T>, string | null>, SightlineError> & {
  /** Of all pages so far. */
  items: readonly T[];
};

/**
 * A list that grows by `fetchNextPage()`: `usePages(['sources'], (client, window) => client.sources.list(window))`. `window`
 * goes into the list's options.
 */
export function usePages<T, C extends HookClient = HookClient>(
  key: ResourceKey,
  list: (client: C, window: PageOptions & { signal: AbortSignal }) => PromiseLike<Page<T>>,
  options: PagesOptions<T> = {} as PagesOptions<T>,
): Pages<T> {
  const client = useSightline<C>();
  const result = useInfiniteQuery<
    KeptPage<T>,
    SightlineError,
    InfiniteData<KeptPage<T>, string | null>,
    readonly unknown[],
    string | null
  >({
    ...defaults,
    ...options,
    queryKey: queryKeyOf(client, key),
    initialPageParam: null,
    queryFn: async ({ pageParam, signal }) => {
      const { items, endCursor, hasNextPage } = await list(client, { after: pageParam ?? undefined, signal });
      return { items, endCursor: hasNextPage ? endCursor : null };
    },
    getNextPageParam: ({ endCursor }) => endCursor,
  });
  const { data } = result;
  // The same list until another page comes: effects that depend on it would run at every render.
  const items = useMemo(() => data?.pages.flatMap((page) => page.items) ?? [], [data]);
  return { ...result, items };
}
