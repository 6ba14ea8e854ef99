import { builder } from '../../../graphql/builder.ts';
import { UserError } from '../../../graphql/user-error.ts';
import {
  CredentialsInvalidError,
  EmailNotVerifiedError,
  EmailTakenError,
  PasswordRefusedError,
  TokenInvalidError,
  TooManyAttemptsError,
} from '../identity.errors.ts';

builder.objectType(EmailTakenError, { name: 'EmailTakenError', interfaces: [UserError] });
builder.objectType(CredentialsInvalidError, { name: 'CredentialsInvalidError', interfaces: [UserError] });
builder.objectType(EmailNotVerifiedError, { name: 'EmailNotVerifiedError', interfaces: [UserError] });
builder.objectType(PasswordRefusedError, { name: 'PasswordRefusedError', interfaces: [UserError] });
builder.objectType(TokenInvalidError, { name: 'TokenInvalidError', interfaces: [UserError] });
builder.objectType(TooManyAttemptsError, {
  name: 'TooManyAttemptsError',
  interfaces: [UserError],
  fields: (t) => ({
    retryAfterMs: t.exposeInt('retryAfterMs', { description: 'When the next try can be allowed, in milliseconds.' }),
  }),
});
