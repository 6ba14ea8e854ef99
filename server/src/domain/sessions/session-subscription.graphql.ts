import { builder } from '../../graphql/builder.ts';
import { SessionNode } from './session.graphql.ts';

builder.subscriptionField('sessionChanged', (t) =>
  t.withAuth({ can: 'read' }).prismaField({
    type: 'Session',
    description: 'The session now, then whenever it changes, newest wins; completes after its final state.',
    args: { id: t.arg.globalID({ required: true, for: SessionNode }) },
    subscribe: (_root, { id }, { services, viewer }) => services.sessionChanges(viewer, id.id),
    resolve: (query, { id }: { id: string }, _args, { db }) => db.session.findUniqueOrThrow({ ...query, where: { id } }),
  }),
);
