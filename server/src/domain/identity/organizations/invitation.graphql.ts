import { z } from 'zod';
import { PlanLimitReachedError } from '../../../errors/plan-limit-error.ts';
import { builder } from '../../../graphql/builder.ts';
import { page } from '../../../graphql/page.ts';
import { UserError } from '../../../graphql/user-error.ts';
import { findVisible, whereVisible } from '../../../graphql/visible.ts';
import { TooManyAttemptsError } from '../identity.errors.ts';
import { RoleEnum } from '../user.graphql.ts';
import { signedInThere } from './organization.graphql.ts';
import { AlreadyMemberError, InvitationInvalidError } from './organizations.errors.ts';
import { invitationsVisibleTo } from './organizations.policy.ts';

builder.objectType(AlreadyMemberError, { name: 'AlreadyMemberError', interfaces: [UserError] });
builder.objectType(InvitationInvalidError, { name: 'InvitationInvalidError', interfaces: [UserError] });

const InvitationNode = builder.prismaNode('Invitation', {
  id: { resolve: ({ id }) => id },
  nullable: true,
  findUnique: findVisible(invitationsVisibleTo),
  fields: (t) => ({
    email: t.exposeString('email'),
    role: t.expose('role', { type: RoleEnum }),
    invitedBy: t.relation('invitedBy'),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime' }),
    acceptedAt: t.expose('acceptedAt', { type: 'DateTime', nullable: true }),
    revokedAt: t.expose('revokedAt', { type: 'DateTime', nullable: true }),
  }),
});

builder.prismaObjectField('Organization', 'invitations', (t) =>
  t.prismaConnection(
    {
      type: 'Invitation',
      cursor: 'id',
      ...page,
      description: 'Offers to join, oldest first; none for those who may not invite.',
      resolve: (query, { id: organizationId }, _args, { db, viewer }) =>
        db.invitation.findMany({
          ...query,
          where: { AND: [{ organizationId }, whereVisible(invitationsVisibleTo, viewer)] },
          orderBy: { id: 'asc' },
        }),
    },
    { name: 'InvitationConnection' },
    { name: 'InvitationEdge' },
  ),
);

const InviteMemberInput = builder.inputType('InviteMemberInput', {
  fields: (t) => ({
    email: t.string({ required: true, validate: z.email('This is not an email address.').max(254) }),
    role: t.field({ type: RoleEnum, required: true }),
  }),
});

const invitationPayload = (name: string) =>
  builder.objectRef<{ id: string }>(name).implement({
    fields: (t) => ({
      invitation: t.prismaField({
        type: 'Invitation',
        resolve: (query, { id }, _args, { db }) => db.invitation.findUniqueOrThrow({ ...query, where: { id } }),
      }),
    }),
  });

builder.mutationField('inviteMember', (t) =>
  t.withAuth({ can: 'members:write' }).field({
    type: invitationPayload('InviteMemberPayload'),
    description: 'Sends an offer to join to an address. An open one for the same address is withdrawn.',
    args: { input: t.arg({ type: InviteMemberInput, required: true }) },
    errors: { types: [AlreadyMemberError, TooManyAttemptsError, PlanLimitReachedError] },
    resolve: (_root, { input }, { services, viewer, requestId }) =>
      services.invitations.invite(viewer, input, { requestId }),
  }),
);

const RevokeInvitationInput = builder.inputType('RevokeInvitationInput', {
  fields: (t) => ({ id: t.globalID({ required: true, for: InvitationNode }) }),
});

builder.mutationField('revokeInvitation', (t) =>
  t.withAuth({ can: 'members:write' }).field({
    type: invitationPayload('RevokeInvitationPayload'),
    description: 'Withdraws an offer. Doing so twice changes nothing, and a member who accepted stays one.',
    args: { input: t.arg({ type: RevokeInvitationInput, required: true }) },
    resolve: async (_root, { input }, { services, viewer, requestId }) => {
      await services.invitations.revoke(viewer, input.id.id, { requestId });
      return { id: input.id.id };
    },
  }),
);

const AcceptInvitationInput = builder.inputType('AcceptInvitationInput', {
  fields: (t) => ({
    token: t.string({ required: true, validate: z.string().max(200), description: 'From the link in the mail.' }),
  }),
});

builder.mutationField('acceptInvitation', (t) =>
  t.withAuth({ signedIn: true }).field({
    type: signedInThere('AcceptInvitationPayload'),
    description: 'Makes who is signed in a member. The invited address has to be theirs.',
    args: { input: t.arg({ type: AcceptInvitationInput, required: true }) },
    errors: { types: [InvitationInvalidError, AlreadyMemberError, PlanLimitReachedError] },
    resolve: (_root, { input }, { services, viewer, requestId, userAgent, address }) =>
      services.invitations.accept(viewer, input.token, { requestId, userAgent, address }),
  }),
);
