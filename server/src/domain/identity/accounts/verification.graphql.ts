import { builder } from '../../../graphql/builder.ts';
import { TokenInvalidError, TooManyAttemptsError } from '../identity.errors.ts';
import './account-errors.graphql.ts';
import { anyEmail, email, token } from './account-inputs.graphql.ts';

const payload = (typeName: string, description: string) =>
  builder.objectRef<{ email: string }>(typeName).implement({
    fields: (t) => ({ email: t.exposeString('email', { description }) }),
  });

const asked = 'The address that was asked for; a mail goes to it if that is of use to somebody.';

const VerifyEmailInput = builder.inputType('VerifyEmailInput', {
  fields: (t) => ({
    token: t.string({ required: true, validate: token, description: 'Out of the link in the mail.' }),
  }),
});

builder.mutationField('verifyEmail', (t) =>
  t.field({
    type: payload('VerifyEmailPayload', 'The address that is proved now, and the user’s.'),
    description: 'Proves an address with the token of a mail. Works once, and signs nobody in.',
    args: { input: t.arg({ type: VerifyEmailInput, required: true }) },
    errors: { types: [TokenInvalidError] },
    resolve: (_root, { input }, { services, requestId, userAgent, address }) =>
      services.verification.verify(input.token, { requestId, userAgent, address }),
  }),
);

const ResendVerificationInput = builder.inputType('ResendVerificationInput', {
  fields: (t) => ({ email: t.string({ required: true, validate: anyEmail }) }),
});

builder.mutationField('resendVerification', (t) =>
  t.field({
    type: payload('ResendVerificationPayload', asked),
    description: 'Asks for another mail to prove an address. The same answer for every address.',
    args: { input: t.arg({ type: ResendVerificationInput, required: true }) },
    errors: { types: [TooManyAttemptsError] },
    resolve: (_root, { input }, { services, requestId, userAgent, address }) =>
      services.verification.resend(input.email, { requestId, userAgent, address }),
  }),
);

const RequestEmailChangeInput = builder.inputType('RequestEmailChangeInput', {
  fields: (t) => ({ email: t.string({ required: true, validate: email }) }),
});

builder.mutationField('requestEmailChange', (t) =>
  t.withAuth({ signedIn: true }).field({
    type: payload('RequestEmailChangePayload', asked),
    description: 'Asks for another address: it is the viewer’s once `verifyEmail` got the token that is sent to it.',
    args: { input: t.arg({ type: RequestEmailChangeInput, required: true }) },
    errors: { types: [TooManyAttemptsError] },
    resolve: (_root, { input }, { services, viewer, requestId }) =>
      services.verification.requestChange(viewer, input.email, requestId),
  }),
);
