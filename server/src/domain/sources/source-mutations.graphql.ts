import { z } from 'zod';
import { builder } from '../../graphql/builder.ts';
import { UserError } from '../../graphql/user-error.ts';
import { ArtifactNode } from '../artifacts/artifact.graphql.ts';
import { UploadIncompleteError } from '../artifacts/artifacts.errors.ts';
import { PlanLimitReachedError } from '../../errors/plan-limit-error.ts';
import { SourceKindEnum } from './source.graphql.ts';
import { SourceEmptyError, SourceNameTakenError, SourcePathRefusedError } from './sources.errors.ts';

builder.objectType(SourceNameTakenError, {
  name: 'SourceNameTakenError',
  interfaces: [UserError],
  fields: (t) => ({ sourceName: t.exposeString('sourceName') }),
});
builder.objectType(SourcePathRefusedError, { name: 'SourcePathRefusedError', interfaces: [UserError] });
builder.objectType(SourceEmptyError, { name: 'SourceEmptyError', interfaces: [UserError] });
builder.objectType(UploadIncompleteError, { name: 'UploadIncompleteError', interfaces: [UserError] });

const maxFiles = 10_000;

const CreateSourceInput = builder.inputType('CreateSourceInput', {
  description: 'Give exactly one of `path` and `uploadIds`.',
  fields: (t) => ({
    name: t.string({ required: true, validate: z.string().min(1).max(100) }),
    kind: t.field({ type: SourceKindEnum, required: true }),
    path: t.string({
      validate: z.string().min(1).max(1000),
      description: 'A folder of pictures or a video file on the host, inside a directory the operator allows.',
    }),
    uploadIds: t.globalIDList({
      for: ArtifactNode,
      validate: z.array(z.unknown()).min(1).max(maxFiles),
      description: 'Finished uploads, in playing order.',
    }),
    frameIntervalMs: t.int({
      validate: z.number().min(1).max(86_400_000),
      description: 'Source time between two pictures; 1000 unless given.',
    }),
  }),
});

const CreateSourcePayload = builder.objectRef<{ id: string }>('CreateSourcePayload').implement({
  fields: (t) => ({
    source: t.prismaField({
      type: 'Source',
      resolve: (query, { id }, _args, { db }) => db.source.findUniqueOrThrow({ ...query, where: { id } }),
    }),
  }),
});

builder.mutationField('createSource', (t) =>
  t.withAuth({ can: 'sources:write' }).field({
    type: CreateSourcePayload,
    args: { input: t.arg({ type: CreateSourceInput, required: true }) },
    errors: {
      types: [
        SourceNameTakenError,
        SourcePathRefusedError,
        SourceEmptyError,
        UploadIncompleteError,
        PlanLimitReachedError,
      ],
    },
    resolve: (_root, { input }, { services, viewer, requestId }) => {
      const { name, kind, path, uploadIds, frameIntervalMs } = input;
      return services.sources.create(
        viewer,
        {
          name,
          kind,
          path: path ?? null,
          uploadIds: uploadIds?.map(({ id }) => id) ?? null,
          frameIntervalMs: frameIntervalMs ?? null,
        },
        requestId,
      );
    },
  }),
);
