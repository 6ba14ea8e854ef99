import { SightlineProvider } from '@sightline/web/react';
import { QueryClient } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { Toasts } from '../components/toast.tsx';
import { client } from './client.ts';
import { router } from './router.tsx';
import { StepUp } from './step-up.tsx';

const queryClient = new QueryClient({ defaultOptions: { queries: { staleTime: 5_000 } } });

export function App(): ReactElement {
  return (
    <SightlineProvider client={client} queryClient={queryClient}>
      <RouterProvider router={router} />
      <StepUp />
      <Toasts />
    </SightlineProvider>
  );
}
