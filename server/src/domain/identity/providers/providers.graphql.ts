import type { ExternalIdentity } from '@sightline/db/client';
import { z } from 'zod';
import { builder } from '../../../graphql/builder.ts';
import { UserError } from '../../../graphql/user-error.ts';
import { name, token } from '../accounts/account-inputs.graphql.ts';
import { SecondFactorRequired, signedIn } from '../identity-mutations.graphql.ts';
import { EmailNotVerifiedError, TokenInvalidError, TooManyAttemptsError } from '../identity.errors.ts';
import { ViewerType } from '../viewer.graphql.ts';
import type { Viewer } from '../viewer.ts';
import { IdentityRefusedError, IdentityTakenError } from './providers.errors.ts';
import type { StartedVisit } from './visits.ts';

builder.objectType(IdentityRefusedError, { name: 'IdentityRefusedError', interfaces: [UserError] });
builder.objectType(IdentityTakenError, { name: 'IdentityTakenError', interfaces: [UserError] });

const IdentityProviderType = builder.objectRef<{ name: string; title: string }>('IdentityProvider').implement({
  description: 'Somebody else who knows people, by whom they may sign in.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'For `startIdentitySignIn`.' }),
    title: t.exposeString('title', { description: 'For a button.' }),
  }),
});

builder.queryField('identityProviders', (t) =>
  t.field({
    type: [IdentityProviderType],
    description: 'Those that this installation is configured with.',
    resolve: (_root, _args, { services }) => services.providers.providers,
  }),
);

const LinkedIdentityType = builder.objectRef<ExternalIdentity>('LinkedIdentity').implement({
  description: 'A person’s account at somebody else, by which they may sign in here.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'For `unlinkIdentity`.' }),
    provider: t.exposeString('provider'),
    email: t.exposeString('email', { nullable: true, description: 'The address that the provider told last.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
    lastUsedAt: t.expose('lastUsedAt', { type: 'DateTime', nullable: true }),
  }),
});

builder.objectField(ViewerType, 'identities', (t) =>
  t.field({
    type: [LinkedIdentityType],
    description: 'The viewer’s own, oldest first; none when a key asks.',
    resolve: (viewer, _args, { services }) => services.providers.list(viewer),
  }),
);

const visitInput = (typeName: string) =>
  builder.inputType(typeName, {
    fields: (t) => ({
      provider: t.string({ required: true, validate: z.string().max(32) }),
      returnTo: t.string({
        required: true,
        validate: z.string().max(2_000),
        description:
          'A page of ours, or of `CORS_ORIGINS`: an address, or a path of the web client. It gets `#code=…` or `#error=…`.',
      }),
    }),
  });

const visitPayload = (typeName: string) =>
  builder.objectRef<StartedVisit>(typeName).implement({
    fields: (t) => ({
      url: t.exposeString('url', { description: 'Where to send the browser.' }),
      verifier: t.exposeString('verifier', {
        description:
          'Keep it in the page that began (`sessionStorage`): the code that comes back counts only together with it.',
      }),
    }),
  });

builder.mutationField('startIdentitySignIn', (t) =>
  t.field({
    type: visitPayload('StartIdentitySignInPayload'),
    description: 'Begins to sign in at a provider; `signInWithIdentity` ends it.',
    args: { input: t.arg({ type: visitInput('StartIdentitySignInInput'), required: true }) },
    errors: { types: [IdentityRefusedError, TooManyAttemptsError] },
    resolve: (_root, { input }, { services, requestId, userAgent, address }) =>
      services.providers.startSignIn(input, { requestId, userAgent, address }),
  }),
);

builder.mutationField('startIdentityLink', (t) =>
  t.withAuth({ signedIn: true }).field({
    type: visitPayload('StartIdentityLinkPayload'),
    description:
      'Begins to join an identity at a provider to the viewer; `linkIdentity` ends it. Needs a fresh proof, see `stepUp`.',
    args: { input: t.arg({ type: visitInput('StartIdentityLinkInput'), required: true }) },
    errors: { types: [IdentityRefusedError, TooManyAttemptsError] },
    resolve: (_root, { input }, { services, viewer, requestId, userAgent, address }) =>
      services.providers.startLink(viewer, input, { requestId, userAgent, address }),
  }),
);

/** Not an error; see `SignUpPending`. */
class IdentityLinkPending extends Error {
  readonly email: string;
  constructor(address: string) {
    super('the owner of the account has to allow it first');
    this.email = address;
  }
}

builder.objectType(IdentityLinkPending, {
  name: 'IdentityLinkPending',
  description:
    'There is an account of this address that nobody has proved yet. A mail asks its owner: `confirmIdentityLink`.',
  fields: (t) => ({ email: t.exposeString('email', { description: 'Where the mail goes.' }) }),
});

const SignInWithIdentityInput = builder.inputType('SignInWithIdentityInput', {
  fields: (t) => ({
    code: t.string({ required: true, validate: token, description: 'Out of the address of the page.' }),
    verifier: t.string({ required: true, validate: token, description: 'What `startIdentitySignIn` gave.' }),
    deviceToken: t.string({ validate: token.nullish(), description: 'What this device got from a sign-in before.' }),
    deviceName: t.string({ validate: name.nullish(), description: 'What the person sees in their list of devices.' }),
  }),
});

builder.mutationField('signInWithIdentity', (t) =>
  t.field({
    type: signedIn('SignInWithIdentityPayload'),
    description:
      'Opens a device session with what a provider said. Who is new gets an account and an organization; an account of the same, proved address is joined.',
    args: { input: t.arg({ type: SignInWithIdentityInput, required: true }) },
    errors: {
      types: [
        SecondFactorRequired,
        IdentityLinkPending,
        IdentityRefusedError,
        EmailNotVerifiedError,
        TooManyAttemptsError,
      ],
    },
    resolve: async (_root, { input }, { services, requestId, userAgent, address }) => {
      const asked = { ...input, deviceToken: input.deviceToken ?? null, deviceName: input.deviceName ?? null };
      const outcome = await services.providers.signIn(asked, { requestId, userAgent, address });
      if ('pendingEmail' in outcome) throw new IdentityLinkPending(outcome.pendingEmail);
      if ('ticket' in outcome) throw new SecondFactorRequired(outcome);
      return outcome;
    },
  }),
);

const LinkIdentityInput = builder.inputType('LinkIdentityInput', {
  fields: (t) => ({
    code: t.string({ required: true, validate: token, description: 'Out of the address of the page.' }),
    verifier: t.string({ required: true, validate: token, description: 'What `startIdentityLink` gave.' }),
  }),
});

const LinkIdentityPayload = builder.objectRef<ExternalIdentity>('LinkIdentityPayload').implement({
  fields: (t) => ({ identity: t.field({ type: LinkedIdentityType, resolve: (identity) => identity }) }),
});

builder.mutationField('linkIdentity', (t) =>
  t.withAuth({ signedIn: true }).field({
    type: LinkIdentityPayload,
    description: 'Joins an identity to the viewer, whose own address has to be proved. Needs a fresh proof.',
    args: { input: t.arg({ type: LinkIdentityInput, required: true }) },
    errors: { types: [IdentityRefusedError, IdentityTakenError, EmailNotVerifiedError] },
    resolve: (_root, { input }, { services, viewer, requestId }) =>
      services.providers.link(viewer, input.code, input.verifier, requestId),
  }),
);

const UnlinkIdentityInput = builder.inputType('UnlinkIdentityInput', {
  fields: (t) => ({ id: t.id({ required: true, validate: z.uuid('This is not the id of an identity.') }) }),
});

const UnlinkIdentityPayload = builder.objectRef<Viewer>('UnlinkIdentityPayload').implement({
  fields: (t) => ({ viewer: t.field({ type: ViewerType, resolve: (viewer) => viewer }) }),
});

builder.mutationField('unlinkIdentity', (t) =>
  t.withAuth({ signedIn: true }).field({
    type: UnlinkIdentityPayload,
    description: 'Takes an identity away from the viewer, unless it is their only way in. Needs a fresh proof.',
    args: { input: t.arg({ type: UnlinkIdentityInput, required: true }) },
    resolve: (_root, { input }, { services, viewer, requestId }) =>
      services.providers.unlink(viewer, input.id, requestId),
  }),
);

const ConfirmIdentityLinkInput = builder.inputType('ConfirmIdentityLinkInput', {
  fields: (t) => ({
    token: t.string({ required: true, validate: token, description: 'Out of the link in the mail.' }),
  }),
});

const ConfirmIdentityLinkPayload = builder.objectRef<{ email: string }>('ConfirmIdentityLinkPayload').implement({
  fields: (t) => ({
    email: t.exposeString('email', { description: 'The address of the account, proved by the mail.' }),
  }),
});

builder.mutationField('confirmIdentityLink', (t) =>
  t.field({
    type: ConfirmIdentityLinkPayload,
    description:
      'Answers the mail that asks whether an identity may be joined to an account. Ends every other way into an account whose address was never proved. Signs nobody in.',
    args: { input: t.arg({ type: ConfirmIdentityLinkInput, required: true }) },
    errors: { types: [TokenInvalidError, IdentityTakenError] },
    resolve: (_root, { input }, { services, requestId, userAgent, address }) =>
      services.providers.confirmLink(input.token, { requestId, userAgent, address }),
  }),
);
