import { z } from 'zod';
import { builder } from '../../graphql/builder.ts';
import { encodeGlobalId } from '../../graphql/global-id.ts';
import { liveStream, liveValue } from '../../graphql/live-stream.ts';
import { SourceNode } from '../sources/source.graphql.ts';
import type { Present, PresentPerson } from './rooms.ts';

const PresentPersonType = builder.objectRef<PresentPerson>('PresentPerson').implement({
  description: 'A member who watches now, however often they have it open.',
  fields: (t) => ({
    userId: t.id({ resolve: ({ userId }) => encodeGlobalId('User', userId) }),
    name: t.exposeString('name'),
    since: t.expose('since', { type: 'DateTime' }),
    activity: t.exposeString('activity', {
      nullable: true,
      description: 'What they do there, as `setActivity` said within the last five seconds.',
    }),
  }),
});

const PresenceType = builder.objectRef<Present>('Presence').implement({
  description: 'Who watches now.',
  fields: (t) => ({
    sourceId: t.id({
      nullable: true,
      description: 'Null for the organization as a whole.',
      resolve: ({ sourceId }) => sourceId && encodeGlobalId('Source', sourceId),
    }),
    present: t.expose('present', {
      type: [PresentPersonType],
      description: 'The first hundred, who came first is first.',
    }),
    presentCount: t.exposeInt('presentCount'),
  }),
});

builder.subscriptionField('presence', (t) =>
  t.withAuth({ canSomewhere: 'read' }).field({
    type: PresenceType,
    description:
      'Who watches a source now, then whenever that changes, newest wins. A person is shown to the others as long as they ' +
      'follow it; an API key follows unseen.',
    args: {
      sourceId: t.arg.globalID({
        for: SourceNode,
        description: 'Left out: who watches the organization as a whole, for who may read all of it.',
      }),
    },
    subscribe: (_root, { sourceId }, { services, viewer }) =>
      liveStream({
        viewer,
        watch: services.viewerWatch,
        open: (signal) => services.presence.follow(viewer, sourceId?.id ?? null, signal),
      }),
    resolve: (present) => liveValue(present),
  }),
);

const SetActivityInput = builder.inputType('SetActivityInput', {
  fields: (t) => ({
    sourceId: t.globalID({ for: SourceNode, description: 'Left out: the organization as a whole.' }),
    activity: t.string({
      description: 'Small letters, digits and dashes, such as `typing` or `looking-closer`. Left out: nothing more.',
    }),
  }),
});

const SetActivityPayload = builder.objectRef<{ isShown: boolean }>('SetActivityPayload').implement({
  fields: (t) => ({
    isShown: t.exposeBoolean('isShown', { description: 'False where the person does not watch that just now.' }),
  }),
});

const activity = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,31}$/, 'Use up to 32 small letters, digits and dashes, a letter first.')
  .nullish();

builder.mutationField('setActivity', (t) =>
  t.withAuth({ canSomewhere: 'read' }).field({
    type: SetActivityPayload,
    description:
      'Tells who else watches what the person does, for five seconds: call it again while they go on. For people, not for keys. ' +
      'Nothing of it is kept, in the audit log neither.',
    args: {
      input: t.arg({ type: SetActivityInput, required: true, validate: z.looseObject({ activity }) }),
    },
    resolve: async (_root, { input }, { services, viewer }) => ({
      isShown: await services.presence.setActivity(viewer, input.sourceId?.id ?? null, input.activity ?? null),
    }),
  }),
);
