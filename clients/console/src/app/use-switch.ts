import { explain } from '@sightline/core';
import { useNavigate } from '@tanstack/react-router';
import type { SightlineError } from '@sightline/core';
import type { UseMutationResult } from '@tanstack/react-query';
import { toast } from '../components/toast.tsx';
import { client } from './client.ts';
import { useAct } from './data.ts';
import { languageNow } from './settings.ts';

/** Goes on in another organization: on the first page, as what is shown here is of the one that is left. */
export function useSwitch(): Pick<UseMutationResult<unknown, SightlineError, string>, 'mutate' | 'isPending'> {
  const navigate = useNavigate();
  return useAct(
    async (organizationId: string) => {
      try {
        await client.auth.switchOrganization(organizationId);
      } catch (error) {
        toast(explain(error as SightlineError, languageNow()).message);
        throw error;
      }
    },
    { changes: [['viewer']], onDone: () => void navigate({ to: '/' as string }) },
  );
}
