import type { Profile, SightlineError } from '@sightline/core';
import type { UseQueryResult } from '@tanstack/react-query';
import { useAsk } from '../../app/data.ts';

/** What the person is told about themselves. */
export const useProfile = (): UseQueryResult<Profile | null, SightlineError> =>
  useAsk(['profile'], (client, signal) => client.account.profile({ signal }));
