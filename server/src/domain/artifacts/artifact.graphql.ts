import { z } from 'zod';
import { PlanLimitReachedError } from '../../errors/plan-limit-error.ts';
import { builder } from '../../graphql/builder.ts';
import { UserError } from '../../graphql/user-error.ts';
import { findVisible } from '../../graphql/visible.ts';
import { PaymentRequiredError } from '../billing/billing.errors.ts';
import { FileTypeRefusedError } from './artifacts.errors.ts';
import { artifactsVisibleTo } from './artifacts.policy.ts';

const ArtifactKindEnum = builder.enumType('ArtifactKind', {
  values: {
    SNAPSHOT: { description: 'A frame a session kept.' },
    UPLOAD: { description: 'A file somebody uploaded.' },
  },
});

export const ArtifactNode = builder.prismaNode('Artifact', {
  id: { resolve: ({ id }) => id },
  nullable: true,
  findUnique: findVisible(artifactsVisibleTo),
  fields: (t) => ({
    kind: t.expose('kind', { type: ArtifactKindEnum }),
    contentType: t.exposeString('contentType'),
    byteSize: t.exposeInt('byteSize'),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
    url: t.string({
      description: 'A link to the bytes that works for five minutes, for anyone who has it.',
      resolve: (artifact, _args, { services }) => services.artifacts.signDownload(artifact),
    }),
  }),
});

builder.objectType(FileTypeRefusedError, { name: 'FileTypeRefusedError', interfaces: [UserError] });

const CreateUploadInput = builder.inputType('CreateUploadInput', {
  fields: (t) => ({
    fileName: t.string({
      required: true,
      validate: z.string().min(1).max(255),
      description: 'For people only; never used as a path.',
    }),
    contentType: t.string({ required: true, validate: z.string().max(100) }),
    byteSize: t.int({
      required: true,
      validate: z
        .number()
        .min(1)
        .max(2 ** 30, 'A file has at most 1 GiB.'),
    }),
  }),
});

const HttpHeader = builder.objectRef<{ name: string; value: string }>('HttpHeader').implement({
  fields: (t) => ({ name: t.exposeString('name'), value: t.exposeString('value') }),
});

type Upload = { id: string; url: string; contentType: string; expiresAt: Date };

const CreateUploadPayload = builder.objectRef<Upload>('CreateUploadPayload').implement({
  description: 'Send exactly the announced bytes with this method, to this URL, with these headers.',
  fields: (t) => ({
    uploadId: t.globalID({ resolve: ({ id }) => ({ type: 'Artifact', id }) }),
    url: t.exposeString('url'),
    method: t.string({ resolve: () => 'PUT' }),
    headers: t.field({
      type: [HttpHeader],
      resolve: ({ contentType }) => [{ name: 'content-type', value: contentType }],
    }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime' }),
  }),
});

builder.mutationField('createUpload', (t) =>
  t.withAuth({ can: 'sources:write' }).field({
    type: CreateUploadPayload,
    description: 'Announces a file and answers a link to send it to.',
    args: { input: t.arg({ type: CreateUploadInput, required: true }) },
    errors: { types: [FileTypeRefusedError, PlanLimitReachedError, PaymentRequiredError] },
    resolve: (_root, { input }, { services, viewer, requestId }) =>
      services.artifacts.createUpload(viewer, input, requestId),
  }),
);
