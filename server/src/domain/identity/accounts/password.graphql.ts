import { builder } from '../../../graphql/builder.ts';
import {
  CredentialsInvalidError,
  PasswordRefusedError,
  TokenInvalidError,
  TooManyAttemptsError,
} from '../identity.errors.ts';
import './account-errors.graphql.ts';
import { anyEmail, newPassword, token, triedPassword } from './account-inputs.graphql.ts';

const RequestPasswordResetInput = builder.inputType('RequestPasswordResetInput', {
  fields: (t) => ({ email: t.string({ required: true, validate: anyEmail }) }),
});

const RequestPasswordResetPayload = builder.objectRef<{ email: string }>('RequestPasswordResetPayload').implement({
  fields: (t) => ({
    email: t.exposeString('email', { description: 'The address that was asked for; a mail goes to its owner.' }),
  }),
});

builder.mutationField('requestPasswordReset', (t) =>
  t.field({
    type: RequestPasswordResetPayload,
    description: 'Asks for a link to choose a new password. The same answer for every address.',
    args: { input: t.arg({ type: RequestPasswordResetInput, required: true }) },
    errors: { types: [TooManyAttemptsError] },
    resolve: (_root, { input }, { services, requestId, userAgent, address }) =>
      services.passwordReset.request(input.email, { requestId, userAgent, address }),
  }),
);

const ResetPasswordInput = builder.inputType('ResetPasswordInput', {
  fields: (t) => ({
    token: t.string({ required: true, validate: token, description: 'Out of the link in the mail.' }),
    newPassword: t.string({ required: true, validate: newPassword, description: '10 to 128 characters.' }),
  }),
});

const ResetPasswordPayload = builder
  .objectRef<{ email: string; deviceToken: string }>('ResetPasswordPayload')
  .implement({
    fields: (t) => ({
      email: t.exposeString('email', { description: 'Sign in with this one.' }),
      deviceToken: t.exposeString('deviceToken', { description: 'For `SignInInput.deviceToken`.' }),
    }),
  });

builder.mutationField('resetPassword', (t) =>
  t.field({
    type: ResetPasswordPayload,
    description: 'Replaces the password with the token of a mail, and signs out all devices. Signs nobody in.',
    args: { input: t.arg({ type: ResetPasswordInput, required: true }) },
    errors: { types: [TokenInvalidError, PasswordRefusedError] },
    resolve: (_root, { input }, { services, requestId, userAgent, address }) =>
      services.passwordReset.reset(input.token, input.newPassword, { requestId, userAgent, address }),
  }),
);

const ChangePasswordInput = builder.inputType('ChangePasswordInput', {
  fields: (t) => ({
    currentPassword: t.string({ validate: triedPassword.nullish(), description: 'Null for those who have none yet.' }),
    newPassword: t.string({ required: true, validate: newPassword, description: '10 to 128 characters.' }),
  }),
});

const ChangePasswordPayload = builder.objectRef<{ changed: boolean }>('ChangePasswordPayload').implement({
  fields: (t) => ({ changed: t.exposeBoolean('changed') }),
});

builder.mutationField('changePassword', (t) =>
  t.withAuth({ signedIn: true }).field({
    type: ChangePasswordPayload,
    description: 'Replaces the viewer’s password, and signs out all other devices.',
    args: { input: t.arg({ type: ChangePasswordInput, required: true }) },
    errors: { types: [CredentialsInvalidError, PasswordRefusedError, TooManyAttemptsError] },
    resolve: async (_root, { input }, { services, viewer, requestId, userAgent, address }) => {
      const chosen = { currentPassword: input.currentPassword ?? null, newPassword: input.newPassword };
      await services.passwordReset.change(viewer, chosen, { requestId, userAgent, address });
      return { changed: true };
    },
  }),
);
