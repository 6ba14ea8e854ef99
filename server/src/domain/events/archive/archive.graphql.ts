import { builder } from '../../../graphql/builder.ts';
import { encodeGlobalId } from '../../../graphql/global-id.ts';
import { page } from '../../../graphql/page.ts';

builder.prismaObject('EventArchive', {
  description:
    'Events that left the feed: a file of them, compressed with gzip, one JSON object in each line, in order.',
  fields: (t) => ({
    id: t.id({ resolve: ({ id }) => encodeGlobalId('EventArchive', id) }),
    firstSeq: t.expose('firstSeq', { type: 'BigInt', description: 'Every number from here that was left is in it.' }),
    lastSeq: t.expose('lastSeq', { type: 'BigInt', description: 'Included.' }),
    eventCount: t.exposeInt('eventCount'),
    startsAt: t.expose('startsAt', { type: 'DateTime', description: 'When its first event was recorded.' }),
    endsAt: t.expose('endsAt', { type: 'DateTime', description: 'When its last event was recorded.' }),
    byteSize: t.exposeInt('byteSize'),
    sha256: t.string({
      description: 'Digest of the file, in hex.',
      resolve: ({ sha256 }) => Buffer.from(sha256).toString('hex'),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
    url: t.string({
      description: 'A link to the file that works for five minutes, for anyone who has it.',
      resolve: ({ storageKey, byteSize }, _args, { services }) =>
        services.artifacts.signDownload({ storageKey, byteSize, contentType: 'application/gzip' }),
    }),
  }),
});

builder.queryField('archives', (t) =>
  // A file has events of every source: whoever may see only some gets none.
  t.withAuth({ can: 'read' }).prismaConnection(
    {
      type: 'EventArchive',
      cursor: 'id',
      ...page,
      description: 'Events that retention took out of the feed and keeps as files, oldest first.',
      resolve: (query, _root, _args, { db, viewer: { organizationId } }) =>
        db.eventArchive.findMany({ ...query, where: { organizationId }, orderBy: { id: 'asc' } }),
    },
    { name: 'EventArchiveConnection' },
    { name: 'EventArchiveEdge' },
  ),
);
