import type { AuditEntry } from '../entities.ts';
import { AuditLogDocument, ExportAuditLogDocument } from '../generated/documents.ts';
import type { AuditLogFilter, ExportAuditLogInput } from '../generated/types.ts';
import type { CallOptions } from '../options.ts';
import { createPagedList } from '../pagination.ts';
import type { PagedList, PageOptions } from '../pagination.ts';
import type { Graphql } from '../transport/graphql.ts';

/** Who did what in the organization. Needs the permission to read it: owners, admins, and keys with the scope AUDIT. */
export function createAuditLog({ graphql }: { graphql: Graphql }) {
  return {
    /** Entries, newest first. Throws PermissionDeniedError (FORBIDDEN, SCOPE_MISSING). */
    list({ filter, ...options }: PageOptions & CallOptions & { filter?: AuditLogFilter } = {}): PagedList<AuditEntry> {
      return createPagedList(
        options,
        (window) => graphql(AuditLogDocument, { ...window, filter: filter ?? null }, options),
        (data) => data.auditLog,
      );
    },

    /**
     * The log as a file, in parts of up to 5 000 entries, oldest first: join them to have it whole. Each part is an entry
     * in the log itself, so what was written before the first part is what counts. Throws as `list`.
     */
    async *export(
      input: ExportAuditLogInput = {},
      options?: CallOptions,
    ): AsyncGenerator<{ content: string; entryCount: number; lastSeq: number }> {
      for (let after = input.after ?? null; ;) {
        const { data } = await graphql(ExportAuditLogDocument, { input: { ...input, after } }, options);
        const { content, entryCount, lastSeq, hasMore } = data.exportAuditLog;
        yield { content, entryCount, lastSeq };
        if (!hasMore) return;
        after = lastSeq;
      }
    },
  };
}
