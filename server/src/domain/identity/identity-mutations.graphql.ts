import { z } from 'zod';
import { builder } from '../../graphql/builder.ts';
import { UserError } from '../../graphql/user-error.ts';
import { CredentialsInvalidError, EmailTakenError } from './identity.errors.ts';
import type { SignedIn } from './sign-ins.service.ts';
import { ViewerType } from './viewer.graphql.ts';

builder.objectType(EmailTakenError, { name: 'EmailTakenError', interfaces: [UserError] });
builder.objectType(CredentialsInvalidError, { name: 'CredentialsInvalidError', interfaces: [UserError] });

const email = z.email('This is not an email address.').max(254);
// NIST 800-63B: length is what counts, no rules about kinds of characters. The upper bound keeps hashing cheap.
const newPassword = z
  .string()
  .min(10, 'A password has at least 10 characters.')
  .max(128, 'A password has at most 128 characters.');
const name = z.string().trim().min(1, 'A name cannot be empty.').max(100, 'A name has at most 100 characters.');

const SignUpInput = builder.inputType('SignUpInput', {
  fields: (t) => ({
    email: t.string({ required: true, validate: email }),
    password: t.string({ required: true, validate: newPassword, description: '10 to 128 characters.' }),
    name: t.string({ required: true, validate: name, description: 'What other members see.' }),
    organizationName: t.string({ required: true, validate: name }),
  }),
});

const signedIn = (typeName: string) =>
  builder.objectRef<SignedIn>(typeName).implement({
    fields: (t) => ({
      token: t.exposeString('token', { description: 'The access token: send it as `Authorization: Bearer …`.' }),
      refreshToken: t.exposeString('refreshToken', {
        description: 'What `refreshToken` takes once the token is over.',
      }),
      expiresAt: t.expose('expiresAt', { type: 'DateTime' }),
      viewer: t.expose('viewer', { type: ViewerType }),
    }),
  });

builder.mutationField('signUp', (t) =>
  t.field({
    type: signedIn('SignUpPayload'),
    description: 'Creates a user and an organization they own, and signs them in.',
    args: { input: t.arg({ type: SignUpInput, required: true }) },
    errors: { types: [EmailTakenError] },
    resolve: (_root, { input }, { services, requestId, userAgent, address }) =>
      services.identity.signUp(input, { requestId, userAgent, address }),
  }),
);

const SignInInput = builder.inputType('SignInInput', {
  fields: (t) => ({
    email: t.string({ required: true, validate: z.string().max(254) }),
    password: t.string({ required: true, validate: z.string().max(128) }),
  }),
});

builder.mutationField('signIn', (t) =>
  t.field({
    type: signedIn('SignInPayload'),
    description: 'Opens a device session.',
    args: { input: t.arg({ type: SignInInput, required: true }) },
    errors: { types: [CredentialsInvalidError] },
    resolve: (_root, { input }, { services, requestId, userAgent, address }) =>
      services.identity.signIn(input, { requestId, userAgent, address }),
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
