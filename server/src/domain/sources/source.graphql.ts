import { builder } from '../../graphql/builder.ts';
import { page } from '../../graphql/page.ts';
import { findVisible } from '../../graphql/visible.ts';
import { sourcesVisibleTo } from './sources.policy.ts';

export const SourceKindEnum = builder.enumType('SourceKind', {
  values: {
    IMAGES: { description: 'Pictures: a folder on the host, or uploads in order.' },
    VIDEO: { description: 'One video file, on the host or uploaded.' },
  },
});

export const SourceNode = builder.prismaNode('Source', {
  id: { resolve: ({ id }) => id },
  nullable: true,
  findUnique: findVisible(sourcesVisibleTo),
  fields: (t) => ({
    name: t.exposeString('name'),
    kind: t.expose('kind', { type: SourceKindEnum }),
    path: t.exposeString('path', { nullable: true }),
    frameIntervalMs: t.exposeInt('frameIntervalMs'),
    fileCount: t.relationCount('files', { description: 'Uploaded files; 0 for a path.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
  }),
});

builder.queryField('source', (t) =>
  t.withAuth({ canSomewhere: 'read' }).prismaField({
    type: 'Source',
    nullable: true,
    args: { id: t.arg.globalID({ required: true, for: SourceNode }) },
    resolve: (query, _root, { id }, { db, viewer }) =>
      db.source.findFirst({ ...query, where: { AND: [{ id: id.id }, sourcesVisibleTo(viewer)] } }),
  }),
);

builder.queryField('sources', (t) =>
  t.withAuth({ canSomewhere: 'read' }).prismaConnection(
    {
      type: 'Source',
      cursor: 'id',
      ...page,
      description: 'Sources of the organization, oldest first.',
      resolve: (query, _root, _args, { db, viewer }) =>
        db.source.findMany({ ...query, where: sourcesVisibleTo(viewer), orderBy: { id: 'asc' } }),
    },
    { name: 'SourceConnection' },
    { name: 'SourceEdge' },
  ),
);
