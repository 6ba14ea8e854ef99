import type { Consent, PrivacyRequest } from '@sightline/db/client';
import { z } from 'zod';
import { builder } from '../../graphql/builder.ts';
import { encodeGlobalId } from '../../graphql/global-id.ts';
import { UserError } from '../../graphql/user-error.ts';
import { ViewerType } from '../identity/viewer.graphql.ts';
import { ErasureBlockedError } from './privacy.errors.ts';

builder.objectType(ErasureBlockedError, { name: 'ErasureBlockedError', interfaces: [UserError] });

const ConsentType = builder.objectRef<Consent>('Consent').implement({
  description: 'What a person agreed to, or took back.',
  fields: (t) => ({
    document: t.exposeString('document'),
    version: t.exposeString('version'),
    granted: t.exposeBoolean('granted'),
    at: t.expose('at', { type: 'DateTime' }),
  }),
});

const KindEnum = builder.enumType('PrivacyRequestKind', { values: ['EXPORT', 'ERASURE'] as const });
const StateEnum = builder.enumType('PrivacyRequestState', { values: ['PENDING', 'DONE', 'FAILED'] as const });

const PrivacyRequestType = builder.objectRef<PrivacyRequest>('PrivacyRequest').implement({
  description: 'A person asked for their data, or for its end.',
  fields: (t) => ({
    id: t.id({ resolve: ({ id }) => encodeGlobalId('PrivacyRequest', id) }),
    kind: t.expose('kind', { type: KindEnum }),
    state: t.expose('state', { type: StateEnum }),
    requestedAt: t.expose('requestedAt', { type: 'DateTime' }),
    finishedAt: t.expose('finishedAt', { type: 'DateTime', nullable: true }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Until when it can be fetched.',
    }),
    url: t.string({
      nullable: true,
      description: 'A link to what was gathered, good for five minutes; null when there is nothing to fetch.',
      resolve: (request, _args, { services }) => services.privacy.linkTo(request),
    }),
  }),
});

// A key acts for an organization; what is a person's own is for the person alone.
builder.objectField(ViewerType, 'consents', (t) =>
  t.field({
    type: [ConsentType],
    description: 'What the person agreed to or took back, newest first; nothing for keys.',
    resolve: (viewer, _args, { services }) => (viewer.signInId ? services.privacy.consentsOf(viewer) : []),
  }),
);

builder.objectField(ViewerType, 'privacyRequests', (t) =>
  t.field({
    type: [PrivacyRequestType],
    description: 'The person’s last exports, newest first; nothing for keys.',
    resolve: (viewer, _args, { services }) => (viewer.signInId ? services.privacy.requestsOf(viewer) : []),
  }),
);

const RecordConsentInput = builder.inputType('RecordConsentInput', {
  fields: (t) => ({
    document: t.string({
      required: true,
      validate: z.string().regex(/^[a-z][a-z0-9-]{0,63}$/, 'A document is a short name such as terms or privacy.'),
    }),
    version: t.string({ required: true, validate: z.string().min(1).max(64) }),
    granted: t.boolean({ required: true }),
  }),
});

const RecordConsentPayload = builder.objectRef<object>('RecordConsentPayload').implement({
  fields: (t) => ({
    viewer: t.field({ type: ViewerType, nullable: true, resolve: (_parent, _args, { viewer }) => viewer }),
  }),
});

builder.mutationField('recordConsent', (t) =>
  t.withAuth({ signedIn: true }).field({
    type: RecordConsentPayload,
    description: 'Notes what the person agrees to, or takes back.',
    args: { input: t.arg({ type: RecordConsentInput, required: true }) },
    resolve: (_root, { input }, { services, viewer, requestId }) =>
      services.privacy.recordConsent(viewer, input, requestId),
  }),
);

const RequestExportPayload = builder.objectRef<object>('RequestExportPayload').implement({
  fields: (t) => ({
    viewer: t.field({
      type: ViewerType,
      nullable: true,
      description: 'Its `privacyRequests` have the export.',
      resolve: (_parent, _args, { viewer }) => viewer,
    }),
  }),
});

builder.mutationField('requestExport', (t) =>
  t.withAuth({ signedIn: true }).field({
    type: RequestExportPayload,
    description: 'Gathers everything we have about the person who asks. Needs a fresh proof of who that is.',
    resolve: (_root, _args, { services, viewer, requestId }) => services.privacy.requestExport(viewer, requestId),
  }),
);

const EraseMeInput = builder.inputType('EraseMeInput', {
  fields: (t) => ({
    email: t.string({ required: true, validate: z.string().max(254), description: 'Your own address, to confirm.' }),
  }),
});

const EraseMePayload = builder.objectRef<{ erased: boolean }>('EraseMePayload').implement({
  fields: (t) => ({ erased: t.exposeBoolean('erased') }),
});

builder.mutationField('eraseMe', (t) =>
  t.withAuth({ signedIn: true }).field({
    type: EraseMePayload,
    description:
      'Forgets the person who asks, with every organization in which nobody else is. Cannot be undone. Needs a fresh proof.',
    args: { input: t.arg({ type: EraseMeInput, required: true }) },
    errors: { types: [ErasureBlockedError] },
    resolve: async (_root, { input }, { services, viewer, requestId }) => {
      await services.privacy.eraseMe(viewer, input, requestId);
      return { erased: true };
    },
  }),
);
