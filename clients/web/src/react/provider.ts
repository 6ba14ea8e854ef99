import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createContext, createElement, useContext, useEffect, useMemo, useState } from 'react';
import type { ReactElement, ReactNode } from 'react';
import type { HookClient } from './hook-client.ts';
import { isOf } from './query-key.ts';

/** `viewers` counts how often somebody else signed in: what is followed begins anew then. */
type Provided = { client: HookClient; viewers: number };

const Context = createContext<Provided | null>(null);

export type ProviderProps<C extends HookClient> = {
  /** Made once, outside of components: a client that is made while rendering is another one each time. */
  client: C;
  /** Yours, where the page has one already; one of its own unless given. */
  queryClient?: QueryClient | undefined;
  children?: ReactNode;
};

/** Gives a client to the hooks below it. What was read for one viewer is forgotten when somebody else signs in. */
export function SightlineProvider<C extends HookClient>({
  client,
  queryClient,
  children,
}: ProviderProps<C>): ReactElement {
  const [ours] = useState(() => new QueryClient());
  const [viewers, setViewers] = useState(0);
  const queries = queryClient ?? ours;
  useEffect(
    () =>
      client.onViewerChange?.(() => {
        setViewers((count) => count + 1);
        void queries.resetQueries({ predicate: ({ queryKey }) => isOf(client, queryKey) });
      }),
    [client, queries],
  );
  const provided = useMemo(() => ({ client, viewers }), [client, viewers]);
  return createElement(
    QueryClientProvider,
    { client: queries },
    createElement(Context.Provider, { value: provided }, children),
  );
}

/** The client of the nearest provider. Throws an Error where there is none. */
export function useSightline<C extends HookClient = HookClient>(): C {
  return useProvided().client as C;
}

export function useProvided(): Provided {
  const provided = useContext(Context);
  if (!provided) throw new Error('There is no <SightlineProvider client={…}> around this component.');
  return provided;
}
