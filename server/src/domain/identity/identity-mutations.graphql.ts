import { builder } from '../../graphql/builder.ts';
import './accounts/account-errors.graphql.ts';
import { LocaleEnum, anyEmail, email, name, newPassword, timeZone, token } from './accounts/account-inputs.graphql.ts';
import { triedPassword } from './accounts/account-inputs.graphql.ts';
import type { SignedInHere } from './accounts/by-password.ts';
import { requireTimeZone } from './accounts/profile.service.ts';
import {
  CredentialsInvalidError,
  EmailNotVerifiedError,
  EmailTakenError,
  PasswordRefusedError,
  TooManyAttemptsError,
} from './identity.errors.ts';
import type { SecondFactorTicket } from './second-factor-gate.ts';
import { ViewerType } from './viewer.graphql.ts';

const SignUpInput = builder.inputType('SignUpInput', {
  fields: (t) => ({
    email: t.string({ required: true, validate: email }),
    password: t.string({ required: true, validate: newPassword, description: '10 to 128 characters.' }),
    name: t.string({ required: true, validate: name, description: 'What other members see.' }),
    organizationName: t.string({ required: true, validate: name }),
    locale: t.field({ type: LocaleEnum, description: 'Left out: the language the request asks for.' }),
    timeZone: t.string({
      validate: timeZone.nullish(),
      description: 'IANA name, such as `Europe/Madrid`. Default UTC.',
    }),
  }),
});

/** What every way in answers. */
export const signedIn = (typeName: string) =>
  builder.objectRef<SignedInHere>(typeName).implement({
    fields: (t) => ({
      token: t.exposeString('token', { description: 'The access token: send it as `Authorization: Bearer …`.' }),
      refreshToken: t.exposeString('refreshToken', {
        description: 'What `refreshToken` takes once the token is over.',
      }),
      deviceToken: t.exposeString('deviceToken', {
        description:
          'For `SignInInput.deviceToken` the next time. It opens nothing: it lets the owner try while others try too often.',
      }),
      expiresAt: t.expose('expiresAt', { type: 'DateTime' }),
      viewer: t.expose('viewer', { type: ViewerType }),
    }),
  });

// Neither is an error. The errors plugin knows one payload beside its errors, and what is thrown becomes the other.

class SignUpPending extends Error {
  readonly email: string;
  constructor(address: string) {
    super('the address has to be proved first');
    this.email = address;
  }
}

export class SecondFactorRequired extends Error {
  readonly ticket: string;
  readonly expiresAt: Date;
  constructor({ ticket, expiresAt }: SecondFactorTicket) {
    super('the second factor is still to come');
    this.ticket = ticket;
    this.expiresAt = expiresAt;
  }
}

builder.objectType(SignUpPending, {
  name: 'SignUpPending',
  description: 'A mail says how to go on. The same for an address that somebody has already.',
  fields: (t) => ({ email: t.exposeString('email', { description: 'Where the mail goes.' }) }),
});

builder.objectType(SecondFactorRequired, {
  name: 'SecondFactorRequired',
  description: 'The password was right; a code of the authenticator app is still to come.',
  fields: (t) => ({
    ticket: t.exposeString('ticket', { description: 'For `signInWithSecondFactor`.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime' }),
  }),
});

builder.mutationField('signUp', (t) =>
  t.field({
    type: signedIn('SignUpPayload'),
    description:
      'Creates a user and an organization they own, and signs them in. Where an address has to be proved first, the answer is `SignUpPending`.',
    args: { input: t.arg({ type: SignUpInput, required: true }) },
    errors: { types: [SignUpPending, EmailTakenError, PasswordRefusedError, TooManyAttemptsError] },
    resolve: async (_root, { input }, { services, requestId, userAgent, address, locale }) => {
      const zone = input.timeZone ?? 'UTC';
      requireTimeZone(zone, 'input.timeZone');
      const chosen = { ...input, locale: input.locale ?? locale, timeZone: zone };
      const outcome = await services.identity.signUp(chosen, { requestId, userAgent, address });
      if ('pendingEmail' in outcome) throw new SignUpPending(outcome.pendingEmail);
      return outcome;
    },
  }),
);

const SignInInput = builder.inputType('SignInInput', {
  fields: (t) => ({
    email: t.string({ required: true, validate: anyEmail }),
    password: t.string({ required: true, validate: triedPassword }),
    deviceToken: t.string({ validate: token.nullish(), description: 'What this device got from a sign-in before.' }),
    deviceName: t.string({ validate: name.nullish(), description: 'What the person sees in their list of devices.' }),
  }),
});

builder.mutationField('signIn', (t) =>
  t.field({
    type: signedIn('SignInPayload'),
    description: 'Opens a device session. At most 20 wrong passwords for one account in 15 minutes.',
    args: { input: t.arg({ type: SignInInput, required: true }) },
    errors: {
      types: [SecondFactorRequired, CredentialsInvalidError, EmailNotVerifiedError, TooManyAttemptsError],
    },
    resolve: async (_root, { input }, { services, requestId, userAgent, address }) => {
      const asked = { ...input, deviceToken: input.deviceToken ?? null, deviceName: input.deviceName ?? null };
      const outcome = await services.identity.signIn(asked, { requestId, userAgent, address });
      if ('ticket' in outcome) throw new SecondFactorRequired(outcome);
      return outcome;
    },
  }),
);

const SignOutPayload = builder.objectRef<{ signedOut: boolean }>('SignOutPayload').implement({
  fields: (t) => ({ signedOut: t.exposeBoolean('signedOut') }),
});

builder.mutationField('signOut', (t) =>
  t.withAuth({ signedIn: true }).field({
    type: SignOutPayload,
    description: 'Ends the device session that asks: its token and its open sockets.',
    resolve: async (_root, _args, { services, viewer, requestId }) => {
      await services.identity.signOut(viewer, requestId);
      return { signedOut: true };
    },
  }),
);
