import { builder } from '../../graphql/builder.ts';
import { maxExportedEntries } from './audit-export.ts';
import type { AuditExport } from './audit-export.ts';

const AuditExportFormat = builder.enumType('AuditExportFormat', {
  values: {
    NDJSON: { description: 'One JSON object a line; `npm run audit -- verify --file` checks it.' },
    CSV: { description: 'For spreadsheets.' },
  } as const,
});

const ExportAuditLogInput = builder.inputType('ExportAuditLogInput', {
  fields: (t) => ({
    after: t.field({
      type: 'BigInt',
      description: 'Entries after this number; from the first that is kept unless given.',
    }),
    format: t.field({ type: AuditExportFormat, required: true, defaultValue: 'NDJSON' }),
  }),
});

type Exported = Awaited<ReturnType<AuditExport['create']>>;

const ExportAuditLogPayload = builder.objectRef<Exported>('ExportAuditLogPayload').implement({
  fields: (t) => ({
    content: t.exposeString('content', { description: 'The file itself.' }),
    entryCount: t.exposeInt('entryCount'),
    lastSeq: t.expose('lastSeq', { type: 'BigInt', description: 'Give it as `after` for what comes next.' }),
    hasMore: t.exposeBoolean('hasMore'),
  }),
});

builder.mutationField('exportAuditLog', (t) =>
  t.withAuth({ can: 'audit:read' }).field({
    type: ExportAuditLogPayload,
    description: `Up to ${maxExportedEntries} entries of the audit log, oldest first, with their hashes. Taking them out is an entry, too.`,
    args: { input: t.arg({ type: ExportAuditLogInput, required: true }) },
    resolve: (_root, { input: { after, format } }, { services, viewer, requestId }) =>
      services.auditExport.create(viewer, { after: after ?? 0n, format }, requestId),
  }),
);
