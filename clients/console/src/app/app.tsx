import { SightlineProvider } from '@sightline/web/react';
import { QueryClient } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { Toasts } from '../components/toast.tsx';
import { client } from './client.ts';
import { goOnWhenBack } from './go-on.ts';
import { router } from './router.tsx';
import { StepUp } from './step-up.tsx';

// A server on this machine is there without any network: what the browser thinks of it stops nothing.
const networkMode = 'always';
const queryClient = new QueryClient({
  defaultOptions: { queries: { staleTime: 5_000, networkMode, refetchOnReconnect: true }, mutations: { networkMode } },
});
goOnWhenBack(queryClient);

export function App(): ReactElement {
  return (
    <SightlineProvider client={client} queryClient={queryClient}>
      <RouterProvider router={router} />
      <StepUp />
      <Toasts />
    </SightlineProvider>
  );
}
