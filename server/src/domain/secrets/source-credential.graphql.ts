import { z } from 'zod';
import { builder } from '../../graphql/builder.ts';
import { SourceNode } from '../sources/source.graphql.ts';

builder.prismaObjectFields('Source', (t) => ({
  hasCredential: t.boolean({
    description: 'Whether a user name and a password are kept for it. They are never shown.',
    select: { credential: { select: { sourceId: true } } },
    resolve: ({ credential }) => credential !== null,
  }),
}));

const SourceCredentialInput = builder.inputType('SourceCredentialInput', {
  fields: (t) => ({
    username: t.string({ required: true, validate: z.string().min(1).max(200) }),
    password: t.string({ required: true, validate: z.string().max(1_000) }),
  }),
});

const SetSourceCredentialInput = builder.inputType('SetSourceCredentialInput', {
  fields: (t) => ({
    sourceId: t.globalID({ required: true, for: SourceNode }),
    credential: t.field({ type: SourceCredentialInput, description: 'Null forgets it.' }),
  }),
});

const SetSourceCredentialPayload = builder.objectRef<{ id: string }>('SetSourceCredentialPayload').implement({
  fields: (t) => ({
    source: t.prismaField({
      type: 'Source',
      resolve: (query, { id }, _args, { db }) => db.source.findUniqueOrThrow({ ...query, where: { id } }),
    }),
  }),
});

builder.mutationField('setSourceCredential', (t) =>
  t.withAuth({ canSomewhere: 'sources:write' }).field({
    type: SetSourceCredentialPayload,
    description: 'Keeps what opens a source, encrypted. Nobody can read it back.',
    args: { input: t.arg({ type: SetSourceCredentialInput, required: true }) },
    resolve: async (_root, { input }, { services, viewer, requestId }) => {
      const { sourceId, credential } = input;
      await services.sourceCredentials.set(viewer, sourceId.id, credential ?? null, requestId);
      return { id: sourceId.id };
    },
  }),
);
