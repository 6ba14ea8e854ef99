import { input } from '../access-case.ts';
import type { AccessCases } from '../access-case.ts';

/** Root fields of tokens, devices and sign-in sessions. */
export const tokenCases: AccessCases = {
  'Mutation.refreshToken': {
    access: 'public',
    needs: 'nobody',
    elsewhere: ['RefreshTokenPayload', 'RefreshTokenReusedError'],
    // The shape of one that nobody ever made.
    variables: input(() => ({ refreshToken: `slr_${'A'.repeat(70)}` })),
  },
};
