import { z } from 'zod';
import { builder } from '../../../graphql/builder.ts';
import { UserError } from '../../../graphql/user-error.ts';
import type { SignedIn } from '../sign-ins.service.ts';
import { ViewerType } from '../viewer.graphql.ts';
import { RefreshTokenInvalidError, RefreshTokenReusedError } from './tokens.errors.ts';

builder.objectType(RefreshTokenInvalidError, { name: 'RefreshTokenInvalidError', interfaces: [UserError] });
builder.objectType(RefreshTokenReusedError, { name: 'RefreshTokenReusedError', interfaces: [UserError] });

const RefreshTokenInput = builder.inputType('RefreshTokenInput', {
  fields: (t) => ({ refreshToken: t.string({ required: true, validate: z.string().max(4_000) }) }),
});

const RefreshTokenPayload = builder.objectRef<SignedIn>('RefreshTokenPayload').implement({
  fields: (t) => ({
    token: t.exposeString('token', { description: 'The new access token: `Authorization: Bearer …`.' }),
    refreshToken: t.exposeString('refreshToken', {
      description: 'The refresh token that is current now. It takes the place of the one that was sent.',
    }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'When the access token is over.' }),
    viewer: t.expose('viewer', { type: ViewerType }),
  }),
});

builder.mutationField('refreshToken', (t) =>
  t.field({
    type: RefreshTokenPayload,
    description:
      'Changes a refresh token for a new access token. The one before the current one still works for ten seconds, so an answer that was lost may be asked for again; anything older ends the sign-in.',
    args: { input: t.arg({ type: RefreshTokenInput, required: true }) },
    errors: { types: [RefreshTokenInvalidError, RefreshTokenReusedError] },
    resolve: (_root, { input }, { services, requestId, userAgent, address }) =>
      services.tokens.refresh.refresh(input.refreshToken, { requestId, userAgent, address }),
  }),
);
