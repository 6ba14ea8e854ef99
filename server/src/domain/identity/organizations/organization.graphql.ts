import { z } from 'zod';
import { builder } from '../../../graphql/builder.ts';
import { UserError } from '../../../graphql/user-error.ts';
import type { SignedIn } from '../sign-ins.service.ts';
import { OrganizationNode, RoleEnum } from '../user.graphql.ts';
import { ViewerType } from '../viewer.graphql.ts';
import { nameRule } from './names.ts';
import { LastOwnerError } from './organizations.errors.ts';
import type { OrganizationSummary } from './organizations.service.ts';

builder.objectType(LastOwnerError, { name: 'LastOwnerError', interfaces: [UserError] });

const OrganizationSummaryType = builder.objectRef<OrganizationSummary>('OrganizationSummary').implement({
  description: 'An organization as its member sees it from outside. `switchOrganization` goes in.',
  fields: (t) => ({
    organizationId: t.globalID({ resolve: ({ id }) => ({ type: 'Organization', id }) }),
    name: t.exposeString('name'),
    isSandbox: t.exposeBoolean('isSandbox'),
    role: t.expose('role', { type: RoleEnum }),
    isCurrent: t.exposeBoolean('isCurrent', { description: 'Whether this sign-in or key acts in it.' }),
  }),
});

builder.objectField(ViewerType, 'organizations', (t) =>
  t.field({
    type: [OrganizationSummaryType],
    complexity: { field: 1, multiplier: 20 },
    description: 'The organizations the person is a member of, first joined first; for a key, its own.',
    resolve: (viewer, _args, { services }) => services.organizations.listOf(viewer),
  }),
);

/** A sign-in that was opened in another organization. */
export const signedInThere = (typeName: string) =>
  builder.objectRef<SignedIn>(typeName).implement({
    description: 'A sign-in of the same person in that organization. The one that asked goes on.',
    fields: (t) => ({
      token: t.exposeString('token', { description: 'The access token: send it as `Authorization: Bearer …`.' }),
      refreshToken: t.exposeString('refreshToken', {
        description: 'What `refreshToken` takes once the token is over.',
      }),
      expiresAt: t.expose('expiresAt', { type: 'DateTime' }),
      viewer: t.expose('viewer', { type: ViewerType }),
    }),
  });

const CreateOrganizationInput = builder.inputType('CreateOrganizationInput', {
  fields: (t) => ({
    name: t.string({ required: true, validate: nameRule }),
    isSandbox: t.boolean({
      description: 'For trying out: its clock can be moved, and its bills are no bills. Default false; never changes.',
    }),
  }),
});

const CreateOrganizationPayload = builder
  .objectRef<{ organization: OrganizationSummary }>('CreateOrganizationPayload')
  .implement({ fields: (t) => ({ organization: t.expose('organization', { type: OrganizationSummaryType }) }) });

builder.mutationField('createOrganization', (t) =>
  t.withAuth({ signedIn: true }).field({
    type: CreateOrganizationPayload,
    description: 'Makes an organization that the person owns. They go on acting where they are.',
    args: { input: t.arg({ type: CreateOrganizationInput, required: true }) },
    resolve: async (_root, { input: { name, isSandbox } }, { services, viewer, requestId }) => ({
      organization: await services.organizations.create(viewer, { name, isSandbox: isSandbox ?? false }, { requestId }),
    }),
  }),
);

const UpdateOrganizationInput = builder.inputType('UpdateOrganizationInput', {
  fields: (t) => ({ name: t.string({ required: true, validate: nameRule }) }),
});

const UpdateOrganizationPayload = builder.objectRef<{ id: string }>('UpdateOrganizationPayload').implement({
  fields: (t) => ({
    organization: t.prismaField({
      type: 'Organization',
      resolve: (query, { id }, _args, { db }) => db.organization.findUniqueOrThrow({ ...query, where: { id } }),
    }),
  }),
});

builder.mutationField('updateOrganization', (t) =>
  t.withAuth({ can: 'organization:write' }).field({
    type: UpdateOrganizationPayload,
    args: { input: t.arg({ type: UpdateOrganizationInput, required: true }) },
    resolve: async (_root, { input }, { services, viewer, requestId }) => {
      await services.organizations.rename(viewer, input.name, { requestId });
      return { id: viewer.organizationId };
    },
  }),
);

const DeleteOrganizationInput = builder.inputType('DeleteOrganizationInput', {
  fields: (t) => ({
    name: t.string({
      required: true,
      validate: z.string().max(100),
      description: 'Its name, so that nobody deletes the wrong one.',
    }),
  }),
});

const DeleteOrganizationPayload = builder.objectRef<{ id: string }>('DeleteOrganizationPayload').implement({
  fields: (t) => ({ deletedId: t.globalID({ resolve: ({ id }) => ({ type: 'Organization', id }) }) }),
});

builder.mutationField('deleteOrganization', (t) =>
  t.withAuth({ can: 'organization:delete' }).field({
    type: DeleteOrganizationPayload,
    description:
      'Deletes the organization one acts in with everything in it, for good. Needs a fresh proof of who asks.',
    args: { input: t.arg({ type: DeleteOrganizationInput, required: true }) },
    resolve: async (_root, { input }, { services, viewer, requestId }) => {
      await services.organizations.delete(viewer, input.name, { requestId });
      return { id: viewer.organizationId };
    },
  }),
);

const SwitchOrganizationInput = builder.inputType('SwitchOrganizationInput', {
  fields: (t) => ({ organizationId: t.globalID({ required: true, for: OrganizationNode }) }),
});

builder.mutationField('switchOrganization', (t) =>
  t.withAuth({ signedIn: true }).field({
    type: signedInThere('SwitchOrganizationPayload'),
    description: 'Opens a sign-in in another organization of the person.',
    args: { input: t.arg({ type: SwitchOrganizationInput, required: true }) },
    resolve: (_root, { input }, { services, viewer, requestId, userAgent, address }) =>
      services.organizations.switchTo(viewer, input.organizationId.id, { requestId, userAgent, address }),
  }),
);

const LeaveOrganizationPayload = builder.objectRef<{ left: boolean }>('LeaveOrganizationPayload').implement({
  fields: (t) => ({ left: t.exposeBoolean('left') }),
});

builder.mutationField('leaveOrganization', (t) =>
  t.withAuth({ signedIn: true }).field({
    type: LeaveOrganizationPayload,
    description: 'Ends the person’s membership in the organization they act in, and with it this sign-in.',
    errors: { types: [LastOwnerError] },
    resolve: async (_root, _args, { services, viewer, requestId }) => {
      await services.members.leave(viewer, requestId);
      return { left: true };
    },
  }),
);
