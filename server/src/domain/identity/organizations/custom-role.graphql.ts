import { z } from 'zod';
import { builder } from '../../../graphql/builder.ts';
import { page } from '../../../graphql/page.ts';
import { UserError } from '../../../graphql/user-error.ts';
import { findVisible, whereVisible } from '../../../graphql/visible.ts';
import { permissions } from '../permissions.ts';
import { PermissionEnum, ViewerType } from '../viewer.graphql.ts';
import { nameRule } from './names.ts';
import { RoleNameTakenError } from './organizations.errors.ts';
import { customRolesVisibleTo } from './organizations.policy.ts';

builder.objectType(RoleNameTakenError, { name: 'RoleNameTakenError', interfaces: [UserError] });

export const CustomRoleNode = builder.prismaNode('CustomRole', {
  id: { resolve: ({ id }) => id },
  nullable: true,
  findUnique: findVisible(customRolesVisibleTo),
  fields: (t) => ({
    name: t.exposeString('name'),
    permissions: t.field({
      type: [PermissionEnum],
      description: 'What it allows for the sources it is given for.',
      // Names that are no permissions any more give nothing, and are not shown.
      resolve: (role) => permissions.filter((name) => role.permissions.includes(name)),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
  }),
});

type SourceGrant = { sourceId: string; permissions: ReadonlySet<(typeof permissions)[number]> };

const SourcePermissionsType = builder.objectRef<SourceGrant>('SourcePermissions').implement({
  description: 'What custom roles allow with one source, beside what the role in the organization allows.',
  fields: (t) => ({
    sourceId: t.globalID({ resolve: ({ sourceId }) => ({ type: 'Source', id: sourceId }) }),
    permissions: t.field({ type: [PermissionEnum], resolve: (grant) => [...grant.permissions] }),
  }),
});

builder.objectField(ViewerType, 'sourcePermissions', (t) =>
  t.field({
    type: [SourcePermissionsType],
    description: 'What custom roles add, by source.',
    resolve: ({ sourcePermissions }) =>
      [...sourcePermissions].map(([sourceId, given]) => ({ sourceId, permissions: given })),
  }),
);

builder.prismaObjectField('Organization', 'customRoles', (t) =>
  t.prismaConnection(
    {
      type: 'CustomRole',
      cursor: 'id',
      ...page,
      description: 'Roles the organization made, oldest first; who may not read members sees those they have.',
      resolve: (query, { id: organizationId }, _args, { db, viewer }) =>
        db.customRole.findMany({
          ...query,
          where: { AND: [{ organizationId }, whereVisible(customRolesVisibleTo, viewer)] },
          orderBy: { id: 'asc' },
        }),
    },
    { name: 'CustomRoleConnection' },
    { name: 'CustomRoleEdge' },
  ),
);

const rolePayload = (name: string) =>
  builder.objectRef<{ id: string }>(name).implement({
    fields: (t) => ({
      customRole: t.prismaField({
        type: 'CustomRole',
        resolve: (query, { id }, _args, { db }) => db.customRole.findUniqueOrThrow({ ...query, where: { id } }),
      }),
    }),
  });

const given = z.array(z.string()).min(1, 'A role without permissions does nothing.').max(permissions.length);

const CreateCustomRoleInput = builder.inputType('CreateCustomRoleInput', {
  fields: (t) => ({
    name: t.string({ required: true, validate: nameRule }),
    permissions: t.field({
      type: [PermissionEnum],
      required: true,
      validate: given,
      description: 'Of those that can be given for single sources: READ, SOURCES_WRITE, SESSIONS_WRITE.',
    }),
  }),
});

builder.mutationField('createCustomRole', (t) =>
  t.withAuth({ can: 'roles:write' }).field({
    type: rolePayload('CreateCustomRolePayload'),
    args: { input: t.arg({ type: CreateCustomRoleInput, required: true }) },
    errors: { types: [RoleNameTakenError] },
    resolve: (_root, { input }, { services, viewer, requestId }) => services.roles.create(viewer, input, requestId),
  }),
);

const UpdateCustomRoleInput = builder.inputType('UpdateCustomRoleInput', {
  fields: (t) => ({
    id: t.globalID({ required: true, for: CustomRoleNode }),
    name: t.string({ validate: nameRule, description: 'Left out: it stays.' }),
    permissions: t.field({ type: [PermissionEnum], validate: given, description: 'Left out: they stay.' }),
  }),
});

builder.mutationField('updateCustomRole', (t) =>
  t.withAuth({ can: 'roles:write' }).field({
    type: rolePayload('UpdateCustomRolePayload'),
    args: { input: t.arg({ type: UpdateCustomRoleInput, required: true }) },
    errors: { types: [RoleNameTakenError] },
    resolve: async (_root, { input }, { services, viewer, requestId }) => {
      const { id, name, permissions: wanted } = input;
      const changes = { id: id.id, name: name ?? null, permissions: wanted ?? null };
      await services.roles.update(viewer, changes, requestId);
      return { id: id.id };
    },
  }),
);

const DeleteCustomRoleInput = builder.inputType('DeleteCustomRoleInput', {
  fields: (t) => ({ id: t.globalID({ required: true, for: CustomRoleNode }) }),
});

const DeleteCustomRolePayload = builder.objectRef<{ id: string }>('DeleteCustomRolePayload').implement({
  fields: (t) => ({ deletedId: t.globalID({ resolve: ({ id }) => ({ type: 'CustomRole', id }) }) }),
});

builder.mutationField('deleteCustomRole', (t) =>
  t.withAuth({ can: 'roles:write' }).field({
    type: DeleteCustomRolePayload,
    description: 'Takes it from everybody who has it, too.',
    args: { input: t.arg({ type: DeleteCustomRoleInput, required: true }) },
    resolve: async (_root, { input }, { services, viewer, requestId }) => {
      await services.roles.delete(viewer, input.id.id, requestId);
      return { id: input.id.id };
    },
  }),
);
