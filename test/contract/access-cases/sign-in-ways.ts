import { randomUUID } from 'node:crypto';
import { input, none } from '../access-case.ts';
import type { AccessCases } from '../access-case.ts';

/** Root fields of identity providers and second factors. */
export const signInWayCases: AccessCases = {
  'Query.identityProviders': { access: 'public', needs: 'nobody', elsewhere: ['IdentityProvider'], variables: none },
  // What comes of these takes a visit to another issuer: test/api/providers.
  'Mutation.startIdentitySignIn': {
    access: 'public',
    needs: 'nobody',
    elsewhere: ['StartIdentitySignInPayload', 'Mutation.startIdentitySignIn'],
    variables: input(() => ({ provider: 'nobody', returnTo: '/' })),
  },
  'Mutation.signInWithIdentity': {
    access: 'public',
    needs: 'nobody',
    elsewhere: ['SignInWithIdentityPayload', 'IdentityLinkPending', 'LinkedIdentity'],
    variables: input(() => ({ code: 'sli_of-nobody', verifier: 'none' })),
  },
  'Mutation.startIdentityLink': {
    access: 'read',
    needs: 'signedIn',
    elsewhere: ['StartIdentityLinkPayload', 'Mutation.startIdentityLink'],
    variables: input(() => ({ provider: 'nobody', returnTo: '/' })),
  },
  'Mutation.linkIdentity': {
    access: 'read',
    needs: 'signedIn',
    elsewhere: ['LinkIdentityPayload'],
    variables: input(() => ({ code: 'sli_of-nobody', verifier: 'none' })),
  },
  'Mutation.unlinkIdentity': {
    access: 'read',
    needs: 'signedIn',
    elsewhere: ['UnlinkIdentityPayload', 'Mutation.unlinkIdentity'],
    variables: input(() => ({ id: randomUUID() })),
  },
  'Mutation.confirmIdentityLink': {
    access: 'public',
    needs: 'nobody',
    elsewhere: ['ConfirmIdentityLinkPayload'],
    variables: input(() => ({ token: 'slo_of-nobody' })),
  },
  'Mutation.enrollTotp': { access: 'read', needs: 'signedIn', variables: none },
  'Mutation.confirmTotp': {
    access: 'read',
    needs: 'signedIn',
    elsewhere: ['ConfirmTotpPayload'],
    variables: input(() => ({ code: '000000' })),
  },
  'Mutation.disableTotp': { access: 'read', needs: 'signedIn', variables: none },
  'Mutation.newRecoveryCodes': {
    access: 'read',
    needs: 'signedIn',
    elsewhere: ['NewRecoveryCodesPayload', 'Mutation.newRecoveryCodes'],
    variables: none,
  },
  'Mutation.stepUp': {
    access: 'read',
    needs: 'signedIn',
    variables: input(() => ({ password: 'not the password' })),
    ownVariables: input(({ password }) => ({ password })),
  },
  'Mutation.signInWithSecondFactor': {
    access: 'public',
    needs: 'nobody',
    elsewhere: ['SignInWithSecondFactorPayload'],
    variables: input(() => ({ ticket: 'slo_of-nobody', code: '000000' })),
  },
};
