import { builder } from '../../graphql/builder.ts';
import { liveStream, liveValue } from '../../graphql/live-stream.ts';
import { SessionNode } from './session.graphql.ts';

builder.subscriptionField('sessionChanged', (t) =>
  t.withAuth({ canSomewhere: 'read' }).prismaField({
    type: 'Session',
    description: 'The session now, then whenever it changes, newest wins; completes after its final state.',
    args: { id: t.arg.globalID({ required: true, for: SessionNode }) },
    subscribe: (_root, { id }, { services, viewer }) =>
      liveStream({
        viewer,
        watch: services.viewerWatch,
        open: (signal) => services.sessionChanges(viewer, id.id, signal),
      }),
    resolve: (query, changed, _args, { db }) =>
      db.session.findUniqueOrThrow({ ...query, where: { id: liveValue(changed).id } }),
  }),
);
