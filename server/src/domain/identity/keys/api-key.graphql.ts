import { z } from 'zod';
import { builder } from '../../../graphql/builder.ts';
import { findVisible } from '../../../graphql/visible.ts';
import { apiKeysVisibleTo } from '../identity.policy.ts';
import type { KeyLimit } from '../viewer.ts';
import { graceDaysMax } from './api-keys.service.ts';
import { keyLimitNames } from './key-limits.ts';
import type { KeyLimitName } from './key-limits.ts';

const ApiKeyScopeEnum = builder.enumType('ApiKeyScope', {
  values: {
    READ: { description: 'Everything that can be read.' },
    WRITE: { description: 'Sources, uploads and sessions: create, start, stop.' },
    INFER: { description: '`/predict` and its sisters on the inference sidecar.' },
    AUDIT: { description: 'Reads members, roles and the audit log.' },
  },
});

const ApiKeyLimitNameEnum = builder.enumType('ApiKeyLimitName', {
  description: 'What can be limited for a key, beside what the plan allows.',
  values: Object.fromEntries(
    Object.entries(keyLimitNames).map(([value, description]) => [value.toUpperCase(), { value, description }]),
  ) as Record<string, { value: KeyLimitName; description: string }>,
});

const ApiKeyLimitType = builder.objectRef<KeyLimit>('ApiKeyLimit').implement({
  description: 'At most `max` in any `windowSeconds`.',
  fields: (t) => ({
    name: t.field({ type: ApiKeyLimitNameEnum, resolve: ({ name }) => name as KeyLimitName }),
    max: t.exposeInt('max'),
    windowSeconds: t.exposeInt('windowSeconds'),
  }),
});

const ApiKeyNode = builder.prismaNode('ApiKey', {
  id: { resolve: ({ id }) => id },
  nullable: true,
  findUnique: findVisible(apiKeysVisibleTo),
  fields: (t) => ({
    name: t.exposeString('name'),
    prefix: t.exposeString('prefix'),
    scopes: t.expose('scopes', { type: [ApiKeyScopeEnum] }),
    allowedAddresses: t.exposeStringList('allowedAddresses'),
    limits: t.field({
      type: [ApiKeyLimitType],
      description: 'By name.',
      select: { limits: { orderBy: { name: 'asc' } } },
      resolve: ({ limits }) => limits,
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
    lastUsedAt: t.expose('lastUsedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'To the minute; null when it never was.',
    }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', nullable: true }),
    previousExpiresAt: t.expose('previousExpiresAt', { type: 'DateTime', nullable: true }),
    revokedAt: t.expose('revokedAt', { type: 'DateTime', nullable: true }),
  }),
});

const name = z.string().trim().min(1, 'A name cannot be empty.').max(100, 'A name has at most 100 characters.');
const scopes = z.array(z.string()).min(1, 'A key needs a scope.').max(10);
const allowedAddressesText =
  'Addresses and networks (`203.0.113.0/24`, `2001:db8::/32`) it may be used from; none: from anywhere.';

const ApiKeyLimitInput = builder.inputType('ApiKeyLimitInput', {
  fields: (t) => ({
    name: t.field({ type: ApiKeyLimitNameEnum, required: true }),
    max: t.int({ required: true, description: 'At least 1.' }),
    windowSeconds: t.int({ required: true, description: 'From a second to a day.' }),
  }),
});

const CreateApiKeyInput = builder.inputType('CreateApiKeyInput', {
  fields: (t) => ({
    name: t.string({ required: true, validate: name }),
    scopes: t.field({ type: [ApiKeyScopeEnum], required: true, validate: scopes }),
    expiresAt: t.field({ type: 'DateTime', description: 'Null: until it is revoked.' }),
    allowedAddresses: t.stringList({ description: allowedAddressesText }),
    limits: t.field({ type: [ApiKeyLimitInput] }),
  }),
});

/** A key together with its secret, which is known at this moment only. */
const secretPayload = (typeName: string) =>
  builder.objectRef<{ id: string; secret: string }>(typeName).implement({
    fields: (t) => ({
      secret: t.exposeString('secret', { description: 'The key itself. Shown once, never stored.' }),
      apiKey: t.prismaField({
        type: 'ApiKey',
        resolve: (query, { id }, _args, { db }) => db.apiKey.findUniqueOrThrow({ ...query, where: { id } }),
      }),
    }),
  });

const keyPayload = (typeName: string) =>
  builder.objectRef<{ id: string }>(typeName).implement({
    fields: (t) => ({
      apiKey: t.prismaField({
        type: 'ApiKey',
        resolve: (query, { id }, _args, { db }) => db.apiKey.findUniqueOrThrow({ ...query, where: { id } }),
      }),
    }),
  });

const CreateApiKeyPayload = secretPayload('CreateApiKeyPayload');

builder.mutationField('createApiKey', (t) =>
  t.withAuth({ can: 'keys:write' }).field({
    type: CreateApiKeyPayload,
    args: { input: t.arg({ type: CreateApiKeyInput, required: true }) },
    resolve: (_root, { input }, { services, viewer, requestId }) => {
      const { expiresAt = null, allowedAddresses, limits, ...rest } = input;
      const settings = { ...rest, expiresAt, allowedAddresses: allowedAddresses ?? [], limits: limits ?? [] };
      return services.apiKeys.create(viewer, settings, requestId);
    },
  }),
);

const UpdateApiKeyInput = builder.inputType('UpdateApiKeyInput', {
  description: 'What is left out stays as it is.',
  fields: (t) => ({
    id: t.globalID({ required: true, for: ApiKeyNode }),
    name: t.string({ validate: name }),
    scopes: t.field({ type: [ApiKeyScopeEnum], validate: scopes }),
    expiresAt: t.field({ type: 'DateTime', description: 'Null: until it is revoked.' }),
    allowedAddresses: t.stringList({ description: allowedAddressesText }),
    limits: t.field({ type: [ApiKeyLimitInput], description: 'All of them: those that are not listed are gone.' }),
  }),
});

const UpdateApiKeyPayload = keyPayload('UpdateApiKeyPayload');

builder.mutationField('updateApiKey', (t) =>
  t.withAuth({ can: 'keys:write' }).field({
    type: UpdateApiKeyPayload,
    description: 'Changes a key. Unless that is only its name, what is open with it ends and has to be opened again.',
    args: { input: t.arg({ type: UpdateApiKeyInput, required: true }) },
    resolve: async (_root, { input }, { services, viewer, requestId }) => {
      const { id, expiresAt, ...rest } = input;
      const changes = {
        expiresAt,
        name: rest.name ?? undefined,
        scopes: rest.scopes ?? undefined,
        allowedAddresses: rest.allowedAddresses ?? undefined,
        limits: rest.limits ?? undefined,
      };
      await services.apiKeys.update(viewer, id.id, changes, requestId);
      return { id: id.id };
    },
  }),
);

const RerollApiKeyInput = builder.inputType('RerollApiKeyInput', {
  fields: (t) => ({
    id: t.globalID({ required: true, for: ApiKeyNode }),
    graceSeconds: t.int({
      defaultValue: 86_400,
      description: `How long the secret before works, too: a day if left out, ${graceDaysMax} days at most, 0 for no longer than now.`,
      validate: z
        .int()
        .min(0)
        .max(graceDaysMax * 86_400),
    }),
  }),
});

const RerollApiKeyPayload = secretPayload('RerollApiKeyPayload');

builder.mutationField('rerollApiKey', (t) =>
  t.withAuth({ can: 'keys:write' }).field({
    type: RerollApiKeyPayload,
    description: 'Gives a key a new secret. Both work until the grace is over, then only the new one.',
    args: { input: t.arg({ type: RerollApiKeyInput, required: true }) },
    resolve: (_root, { input }, { services, viewer, requestId }) =>
      services.apiKeys.reroll(viewer, input.id.id, input.graceSeconds ?? 86_400, requestId),
  }),
);

const RevokeApiKeyInput = builder.inputType('RevokeApiKeyInput', {
  fields: (t) => ({ id: t.globalID({ required: true, for: ApiKeyNode }) }),
});

const RevokeApiKeyPayload = keyPayload('RevokeApiKeyPayload');

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
