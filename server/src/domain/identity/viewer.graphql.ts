import { builder } from '../../graphql/builder.ts';
import { page } from '../../graphql/page.ts';
import { apiKeysVisibleTo, signInsVisibleTo } from './identity.policy.ts';
import { permissionTable, permissions } from './permissions.ts';
import type { Permission } from './permissions.ts';
import { RoleEnum } from './user.graphql.ts';
import type { Viewer } from './viewer.ts';

// GraphQL names have no colon: `sources:write` becomes `SOURCES_WRITE`.
export const PermissionEnum = builder.enumType('Permission', {
  values: Object.fromEntries(
    permissions.map((permission) => [
      permission.replace(':', '_').toUpperCase(),
      { value: permission, description: permissionTable[permission].description },
    ]),
  ) as Record<string, { value: Permission; description: string }>,
});

export const ViewerType = builder.objectRef<Viewer>('Viewer').implement({
  description: 'Who is asking: one user or key, in one organization.',
  fields: (t) => ({
    role: t.expose('role', { type: RoleEnum }),
    permissions: t.field({ type: [PermissionEnum], resolve: (viewer) => [...viewer.permissions] }),
    user: t.prismaField({
      type: 'User',
      resolve: (query, viewer, _args, { db }) => db.user.findUniqueOrThrow({ ...query, where: { id: viewer.userId } }),
    }),
    organization: t.prismaField({
      type: 'Organization',
      resolve: (query, viewer, _args, { db }) =>
        db.organization.findUniqueOrThrow({ ...query, where: { id: viewer.organizationId } }),
    }),
    signIn: t.prismaField({
      type: 'SignIn',
      nullable: true,
      description: 'The device session, when a person is asking.',
      resolve: (query, viewer, _args, { db }) =>
        db.signIn.findFirst({
          ...query,
          where: { AND: [{ id: { in: viewer.signInId ? [viewer.signInId] : [] } }, signInsVisibleTo(viewer)] },
        }),
    }),
    apiKey: t.prismaField({
      type: 'ApiKey',
      nullable: true,
      description: 'The key, when a program is asking.',
      resolve: (query, viewer, _args, { db }) =>
        // Asked for nobody as well: Pothos takes a look-ahead that goes unused for a mistake.
        db.apiKey.findFirst({ ...query, where: { id: { in: viewer.apiKeyId ? [viewer.apiKeyId] : [] } } }),
    }),
    apiKeys: t.prismaConnection(
      {
        type: 'ApiKey',
        cursor: 'id',
        ...page,
        description: 'Keys of the organization, oldest first; none for those who may not manage keys.',
        resolve: (query, viewer, _args, { db }) =>
          db.apiKey.findMany({ ...query, where: apiKeysVisibleTo(viewer), orderBy: { id: 'asc' } }),
      },
      { name: 'ApiKeyConnection' },
      { name: 'ApiKeyEdge' },
    ),
  }),
});

builder.queryField('viewer', (t) =>
  t.field({
    type: ViewerType,
    nullable: true,
    description: 'Who is asking; null when nobody is signed in.',
    resolve: (_root, _args, { viewer }) => viewer,
  }),
);
