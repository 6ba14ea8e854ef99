import { input, none } from '../access-case.ts';
import type { AccessCases } from '../access-case.ts';

const ofNobody = () => `nobody-${Math.random()}@example.com`;

/** Root fields of signing up and in, and what people change about themselves. */
export const accountCases: AccessCases = {
  'Mutation.signUp': {
    access: 'public',
    needs: 'nobody',
    elsewhere: ['SignUpPending'],
    variables: input(({ mark }) => ({
      email: `new-${Math.random()}@example.com`,
      password: 'a long enough password',
      name: `not ${mark.length}`,
      organizationName: 'new',
    })),
  },
  'Mutation.signIn': {
    access: 'public',
    needs: 'nobody',
    elsewhere: ['SecondFactorRequired'],
    variables: input(({ email }) => ({ email, password: 'not the password' })),
    ownVariables: input(({ email, password }) => ({ email, password })),
  },
  'Mutation.signOut': { access: 'read', needs: 'signedIn', consumes: true, onlyPeople: true, variables: none },
  'Mutation.verifyEmail': {
    access: 'public',
    needs: 'nobody',
    elsewhere: ['VerifyEmailPayload'],
    variables: input(() => ({ token: 'slo_of-nobody' })),
  },
  'Mutation.resendVerification': {
    access: 'public',
    needs: 'nobody',
    variables: input(() => ({ email: ofNobody() })),
  },
  'Mutation.requestPasswordReset': {
    access: 'public',
    needs: 'nobody',
    variables: input(() => ({ email: ofNobody() })),
  },
  'Mutation.resetPassword': {
    access: 'public',
    needs: 'nobody',
    elsewhere: ['ResetPasswordPayload'],
    variables: input(() => ({ token: 'slo_of-nobody', newPassword: 'another long password' })),
  },
  'Mutation.changePassword': {
    access: 'read',
    needs: 'signedIn',
    onlyPeople: true,
    variables: input(() => ({ currentPassword: 'not the password', newPassword: 'another long password' })),
    ownVariables: input(({ password }) => ({ currentPassword: password, newPassword: password })),
  },
  'Mutation.requestEmailChange': {
    access: 'read',
    needs: 'signedIn',
    onlyPeople: true,
    variables: input(() => ({ email: 'another@example.com' })),
  },
  'Mutation.updateProfile': {
    access: 'read',
    needs: 'signedIn',
    onlyPeople: true,
    variables: input(() => ({ timeZone: 'Europe/Madrid' })),
  },
};
