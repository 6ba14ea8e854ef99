import { z } from 'zod';
import { builder } from '../../../graphql/builder.ts';
import { findVisible } from '../../../graphql/visible.ts';
import { apiKeysVisibleTo } from '../identity.policy.ts';

const ApiKeyScopeEnum = builder.enumType('ApiKeyScope', {
  values: {
    READ: { description: 'Everything that can be read.' },
    WRITE: { description: 'Sources, uploads and sessions: create, start, stop.' },
    INFER: { description: '`/predict` and its sisters on the inference sidecar.' },
    AUDIT: { description: 'Reads members, roles and the audit log.' },
  },
});

const ApiKeyNode = builder.prismaNode('ApiKey', {
  id: { resolve: ({ id }) => id },
  nullable: true,
  findUnique: findVisible(apiKeysVisibleTo),
  fields: (t) => ({
    name: t.exposeString('name'),
    prefix: t.exposeString('prefix'),
    scopes: t.expose('scopes', { type: [ApiKeyScopeEnum] }),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', nullable: true }),
    revokedAt: t.expose('revokedAt', { type: 'DateTime', nullable: true }),
  }),
});

const CreateApiKeyInput = builder.inputType('CreateApiKeyInput', {
  fields: (t) => ({
    name: t.string({ required: true, validate: z.string().trim().min(1).max(100) }),
    scopes: t.field({
      type: [ApiKeyScopeEnum],
      required: true,
      validate: z.array(z.string()).min(1, 'A key needs a scope.').max(10),
    }),
    expiresAt: t.field({ type: 'DateTime', description: 'Null: until it is revoked.' }),
  }),
});

const CreateApiKeyPayload = builder.objectRef<{ id: string; secret: string }>('CreateApiKeyPayload').implement({
  fields: (t) => ({
    secret: t.exposeString('secret', { description: 'The key itself. Shown once, never stored.' }),
    apiKey: t.prismaField({
      type: 'ApiKey',
      resolve: (query, { id }, _args, { db }) => db.apiKey.findUniqueOrThrow({ ...query, where: { id } }),
    }),
  }),
});

builder.mutationField('createApiKey', (t) =>
  t.withAuth({ can: 'keys:write' }).field({
    type: CreateApiKeyPayload,
    args: { input: t.arg({ type: CreateApiKeyInput, required: true }) },
    resolve: (_root, { input }, { services, viewer, requestId }) =>
      services.apiKeys.create(viewer, { ...input, expiresAt: input.expiresAt ?? null }, requestId),
  }),
);

const RevokeApiKeyInput = builder.inputType('RevokeApiKeyInput', {
  fields: (t) => ({ id: t.globalID({ required: true, for: ApiKeyNode }) }),
});

const RevokeApiKeyPayload = builder.objectRef<{ id: string }>('RevokeApiKeyPayload').implement({
  fields: (t) => ({
    apiKey: t.prismaField({
      type: 'ApiKey',
      resolve: (query, { id }, _args, { db }) => db.apiKey.findUniqueOrThrow({ ...query, where: { id } }),
    }),
  }),
});

builder.mutationField('revokeApiKey', (t) =>
  t.withAuth({ can: 'keys:write' }).field({
    type: RevokeApiKeyPayload,
    description: 'Kills a key at once. Revoking twice changes nothing.',
    args: { input: t.arg({ type: RevokeApiKeyInput, required: true }) },
    resolve: async (_root, { input }, { services, viewer, requestId }) => {
      await services.apiKeys.revoke(viewer, input.id.id, requestId);
      return { id: input.id.id };
    },
  }),
);
