import { randomUUID } from 'node:crypto';
import { byId, input } from '../access-case.ts';
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
  'Mutation.revokeSignIn': {
    access: 'read',
    needs: 'signedIn',
    onlyPeople: true,
    consumes: true,
    elsewhere: ['Mutation.revokeSignIn', 'RevokeSignInPayload'],
    variables: input(byId('SignIn')),
    // Not the one that asks: the cases after this one need it.
    ownVariables: input(() => ({ id: Buffer.from(`SignIn:${randomUUID()}`).toString('base64url') })),
  },
  'Mutation.signOutEverywhere': {
    access: 'read',
    needs: 'signedIn',
    onlyPeople: true,
    // Keeps the one that asks: the cases after this one need it.
    variables: input(() => ({ keepThis: true })),
  },
  'Query.deviceGrant': {
    access: 'read',
    needs: 'signedIn',
    onlyPeople: true,
    elsewhere: ['DeviceGrant'],
    variables: () => ({ userCode: 'BBBB-BBBB' }),
  },
  'Mutation.approveDevice': {
    access: 'read',
    needs: 'signedIn',
    onlyPeople: true,
    elsewhere: ['Mutation.approveDevice', 'DeviceDecisionPayload'],
    variables: input(() => ({ userCode: 'BBBB-BBBB' })),
  },
  'Mutation.denyDevice': {
    access: 'read',
    needs: 'signedIn',
    onlyPeople: true,
    elsewhere: ['Mutation.denyDevice', 'DeviceDecisionPayload'],
    variables: input(() => ({ userCode: 'BBBB-BBBB' })),
  },
};
