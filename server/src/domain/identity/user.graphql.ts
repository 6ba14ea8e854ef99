import { builder } from '../../graphql/builder.ts';
import { findVisible } from '../../graphql/visible.ts';
import { organizationsVisibleTo, signInsVisibleTo, usersVisibleTo } from './identity.policy.ts';

export const RoleEnum = builder.enumType('Role', {
  values: {
    OWNER: {},
    ADMIN: {},
    OPERATOR: { description: 'Works with sources and sessions, and manages nobody.' },
    VIEWER: { description: 'Reads everything of the organization and changes nothing.' },
    BILLING: { description: 'Sees and pays the bill, and no pictures.' },
    GUEST: { description: 'Only what custom roles give.' },
  },
});

builder.prismaNode('User', {
  id: { resolve: ({ id }) => id },
  nullable: true,
  findUnique: findVisible(usersVisibleTo),
  fields: (t) => ({
    name: t.exposeString('name'),
    email: t.exposeString('email'),
    emailVerifiedAt: t.expose('emailVerifiedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the address was proved to be theirs.',
    }),
  }),
});

export const OrganizationNode = builder.prismaNode('Organization', {
  id: { resolve: ({ id }) => id },
  nullable: true,
  findUnique: findVisible(organizationsVisibleTo),
  fields: (t) => ({
    name: t.exposeString('name'),
    plan: t.relation('plan'),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
  }),
});

export const SignInNode = builder.prismaNode('SignIn', {
  id: { resolve: ({ id }) => id },
  nullable: true,
  findUnique: findVisible(signInsVisibleTo),
  fields: (t) => ({
    userAgent: t.exposeString('userAgent', { nullable: true }),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime' }),
  }),
});
