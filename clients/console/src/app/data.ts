import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { UseMutationResult, UseQueryResult } from '@tanstack/react-query';
import type { Page, PageOptions, SightlineError, Viewer } from '@sightline/core';
import { usePages, useResource } from '@sightline/web/react';
import type { Pages, PagesOptions, ResourceKey, ResourceOptions } from '@sightline/web/react';
import type { ConsoleClient } from './client.ts';
import { withProof } from './proof.ts';

/** Below which `@sightline/web/react` keeps what it read. */
const rootKey = 'sightline';

/** What one call gives: `useAsk(['source', id], (client, signal) => client.sources.get(id, { signal }))`. */
export const useAsk = <T>(
  key: ResourceKey,
  ask: (client: ConsoleClient, signal: AbortSignal) => PromiseLike<T>,
  options?: ResourceOptions<T>,
): UseQueryResult<T, SightlineError> => useResource<T, ConsoleClient>(key, ask, options);

/** A list that grows by `fetchNextPage()`: `useList(['sources'], (client, window) => client.sources.list(window))`. */
export const useList = <T>(
  key: ResourceKey,
  list: (client: ConsoleClient, window: PageOptions & { signal: AbortSignal }) => PromiseLike<Page<T>>,
  options?: PagesOptions<T>,
): Pages<T> => usePages<T, ConsoleClient>(key, list, options);

type ActOptions<Input, Output> = {
  /** Keys of `useAsk` and `useList` that are out of date afterwards; the beginning of a key is enough. */
  changes?: readonly ResourceKey[];
  onDone?: (output: Output, input: Input) => void;
};

/**
 * Something a person does: `act.mutate(input)`, then `act.isPending` and `act.error` for an `ErrorNote`. Where the server wants a fresh proof
 * of who acts, they are asked for it, and the same is tried again.
 */
export function useAct<Input, Output>(
  act: (input: Input) => PromiseLike<Output>,
  { changes = [], onDone }: ActOptions<Input, Output> = {},
): UseMutationResult<Output, SightlineError, Input> {
  const queries = useQueryClient();
  return useMutation<Output, SightlineError, Input>({
    mutationFn: (input) => withProof(() => act(input)),
    async onSuccess(output, input) {
      onDone?.(output, input);
      await Promise.all(changes.map((key) => queries.invalidateQueries({ queryKey: [rootKey, ...key] })));
    },
  });
}

/** Asks again for what is out of date, where something else than an act of this page has changed it. */
export function useRefresh(): (keys: readonly ResourceKey[]) => void {
  const queries = useQueryClient();
  return (keys) => {
    for (const key of keys) void queries.invalidateQueries({ queryKey: [rootKey, ...key] });
  };
}

/** Who is signed in; null for nobody. */
export const useViewer = (): UseQueryResult<Viewer | null, SightlineError> =>
  useAsk(['viewer'], (client, signal) => client.auth.viewer({ signal }), { staleTime: 60_000 });

/** What somebody may be allowed in an organization. */
export type Permission = Viewer['permissions'][number];

/** Whether whoever looks may do this; false until it is known. What one may not do is not shown, or shown with why. */
export const useCan = (permission: Permission): boolean => useViewer().data?.permissions.includes(permission) ?? false;
