import { input, none } from '../access-case.ts';
import type { AccessCases } from '../access-case.ts';

/** Root fields of identity providers and second factors. */
export const signInWayCases: AccessCases = {
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
    elsewhere: ['NewRecoveryCodesPayload'],
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
