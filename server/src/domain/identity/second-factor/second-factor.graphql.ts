import { z } from 'zod';
import { builder } from '../../../graphql/builder.ts';
import { UserError } from '../../../graphql/user-error.ts';
import { token, triedPassword } from '../accounts/account-inputs.graphql.ts';
import { signedIn } from '../identity-mutations.graphql.ts';
import { CredentialsInvalidError, TokenInvalidError, TooManyAttemptsError } from '../identity.errors.ts';
import { ViewerType } from '../viewer.graphql.ts';
import type { Viewer } from '../viewer.ts';
import { SecondFactorEnabledError, SecondFactorInvalidError } from './second-factor.errors.ts';
import type { SecondFactorState } from './second-factor.service.ts';

builder.objectType(SecondFactorInvalidError, { name: 'SecondFactorInvalidError', interfaces: [UserError] });
builder.objectType(SecondFactorEnabledError, { name: 'SecondFactorEnabledError', interfaces: [UserError] });

const code = z.string().max(64, 'This is longer than any code.');

const SecondFactorType = builder.objectRef<SecondFactorState>('SecondFactor').implement({
  description: 'What a person has to give beside their password or identity.',
  fields: (t) => ({
    enabled: t.exposeBoolean('enabled'),
    recoveryCodesLeft: t.exposeInt('recoveryCodesLeft', { description: 'Each works once.' }),
  }),
});

builder.objectField(ViewerType, 'secondFactor', (t) =>
  t.field({
    type: SecondFactorType,
    nullable: true,
    description: 'The viewer’s own; null when a key asks.',
    resolve: (viewer, _args, { services }) => services.secondFactor.find(viewer),
  }),
);

const EnrollTotpPayload = builder.objectRef<{ secret: string; uri: string }>('EnrollTotpPayload').implement({
  fields: (t) => ({
    secret: t.exposeString('secret', { description: 'To type into an authenticator app. Told here and never again.' }),
    uri: t.exposeString('uri', { description: 'The same as an `otpauth:` address, to show as a QR code.' }),
  }),
});

builder.mutationField('enrollTotp', (t) =>
  t.withAuth({ signedIn: true }).field({
    type: EnrollTotpPayload,
    description:
      'Makes a secret for an authenticator app; `confirmTotp` switches it on. Needs a fresh proof, see `stepUp`.',
    errors: { types: [SecondFactorEnabledError] },
    resolve: (_root, _args, { services, viewer, requestId }) => services.secondFactor.enroll(viewer, requestId),
  }),
);

const recoveryCodes = (typeName: string) =>
  builder.objectRef<{ recoveryCodes: string[] }>(typeName).implement({
    fields: (t) => ({
      recoveryCodes: t.exposeStringList('recoveryCodes', {
        description: 'Each gets a person in once who lost their authenticator. Told here and never again.',
      }),
    }),
  });

const ConfirmTotpInput = builder.inputType('ConfirmTotpInput', {
  fields: (t) => ({ code: t.string({ required: true, validate: code, description: 'What the app shows.' }) }),
});

builder.mutationField('confirmTotp', (t) =>
  t.withAuth({ signedIn: true }).field({
    type: recoveryCodes('ConfirmTotpPayload'),
    description: 'Switches the second factor on with the first code of the app.',
    args: { input: t.arg({ type: ConfirmTotpInput, required: true }) },
    errors: { types: [SecondFactorInvalidError, TooManyAttemptsError] },
    resolve: async (_root, { input }, { services, viewer, requestId }) => ({
      recoveryCodes: await services.secondFactor.confirm(viewer, input.code, requestId),
    }),
  }),
);

builder.mutationField('newRecoveryCodes', (t) =>
  t.withAuth({ signedIn: true }).field({
    type: recoveryCodes('NewRecoveryCodesPayload'),
    description: 'Ten new recovery codes instead of the old ones. Needs a fresh proof, see `stepUp`.',
    resolve: async (_root, _args, { services, viewer, requestId }) => ({
      recoveryCodes: await services.secondFactor.newRecoveryCodes(viewer, requestId),
    }),
  }),
);

const DisableTotpPayload = builder.objectRef<{ state: SecondFactorState }>('DisableTotpPayload').implement({
  fields: (t) => ({ secondFactor: t.expose('state', { type: SecondFactorType }) }),
});

builder.mutationField('disableTotp', (t) =>
  t.withAuth({ signedIn: true }).field({
    type: DisableTotpPayload,
    description: 'Switches the second factor off. Needs a fresh proof, see `stepUp`.',
    resolve: async (_root, _args, { services, viewer, requestId }) => ({
      state: await services.secondFactor.disable(viewer, requestId),
    }),
  }),
);

const StepUpInput = builder.inputType('StepUpInput', {
  description: 'A code for those who have a second factor, else the password.',
  fields: (t) => ({
    code: t.string({ validate: code.nullish(), description: 'Of the authenticator app, or a recovery code.' }),
    password: t.string({ validate: triedPassword.nullish() }),
  }),
});

const StepUpPayload = builder.objectRef<Viewer>('StepUpPayload').implement({
  fields: (t) => ({
    provedAt: t.expose('provedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Good for five minutes from then.',
    }),
  }),
});

builder.mutationField('stepUp', (t) =>
  t.withAuth({ signedIn: true }).field({
    type: StepUpPayload,
    description: 'Proves again that it is the same person, for what answered `STEP_UP_REQUIRED`.',
    args: { input: t.arg({ type: StepUpInput, required: true }) },
    errors: { types: [SecondFactorInvalidError, CredentialsInvalidError, TooManyAttemptsError] },
    resolve: (_root, { input }, { services, viewer, requestId, userAgent, address }) =>
      services.secondFactor.stepUp(
        viewer,
        { code: input.code ?? null, password: input.password ?? null },
        { requestId, userAgent, address },
      ),
  }),
);

const SignInWithSecondFactorInput = builder.inputType('SignInWithSecondFactorInput', {
  fields: (t) => ({
    ticket: t.string({ required: true, validate: token, description: 'What `SecondFactorRequired` gave.' }),
    code: t.string({ required: true, validate: code, description: 'Of the authenticator app, or a recovery code.' }),
    deviceToken: t.string({ validate: token.nullish(), description: 'What this device got from a sign-in before.' }),
  }),
});

builder.mutationField('signInWithSecondFactor', (t) =>
  t.field({
    type: signedIn('SignInWithSecondFactorPayload'),
    description: 'Opens a device session with the second factor, after the first one was right.',
    args: { input: t.arg({ type: SignInWithSecondFactorInput, required: true }) },
    errors: { types: [SecondFactorInvalidError, TokenInvalidError, TooManyAttemptsError] },
    resolve: (_root, { input }, { services, requestId, userAgent, address }) =>
      services.secondFactor.signIn(
        { ...input, deviceToken: input.deviceToken ?? null },
        { requestId, userAgent, address },
      ),
  }),
);
