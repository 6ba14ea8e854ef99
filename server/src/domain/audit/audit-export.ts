import type { PrismaClient } from '@sightline/db/client';
import { InputInvalidError } from '../../errors/request-errors.ts';
import type { Sql } from '../../transaction.ts';
import type { Viewer } from '../identity/viewer.ts';
import type { ChainEntry } from './audit-chain.ts';
import type { AuditLog } from './audit-log.ts';
import { chainEntriesSql } from './audit.queries.ts';

export type AuditExport = ReturnType<typeof createAuditExport>;
export type AuditExportFormat = 'NDJSON' | 'CSV';
type Deps = { db: PrismaClient; pool: Sql; audit: AuditLog };

/** What one export answers at most: a few megabytes. */
export const maxExportedEntries = 5_000;

const columns = [
  'chainId',
  'seq',
  'id',
  'organizationId',
  'actorUserId',
  'actorApiKeyId',
  'action',
  'targetType',
  'targetId',
  'requestId',
  'at',
  'beforeHash',
  'afterHash',
  'previousHash',
  'hash',
] as const satisfies (keyof ChainEntry)[];

/** The audit log as a file to keep elsewhere, hashes included: `npm run audit -- verify --file` checks it without us. */
export function createAuditExport({ db, pool, audit }: Deps) {
  return {
    /** Entries after number `after`, oldest first. Taking them out is itself an entry. */
    async create(viewer: Viewer, input: { after: bigint; format: AuditExportFormat }, requestId: string) {
      const { after, format } = input;
      if (after < 0n) throw new InputInvalidError('input.after', 'Numbers begin with 1.');
      const { organizationId } = viewer;
      const values = [organizationId, after, maxExportedEntries + 1];
      const { rows } = await pool.query<ChainEntry>({ ...chainEntriesSql, values });
      const entries = rows.slice(0, maxExportedEntries);
      const range = { after: String(after), lastSeq: entries.at(-1)?.seq ?? null, format };
      await db.$transaction((tx) =>
        audit.record(tx, viewer, {
          action: 'exportAuditLog',
          targetType: 'Organization',
          targetId: organizationId,
          requestId,
          after: range,
        }),
      );
      return {
        content: format === 'CSV' ? toCsv(entries) : toNdjson(entries),
        entryCount: entries.length,
        lastSeq: BigInt(range.lastSeq ?? after),
        hasMore: rows.length > entries.length,
      };
    },
  };
}

const toNdjson = (entries: ChainEntry[]) =>
  entries
    .map((entry) => `${JSON.stringify(Object.fromEntries(columns.map((name) => [name, entry[name]])))}\n`)
    .join('');

const toCsv = (entries: ChainEntry[]) =>
  [columns.join(','), ...entries.map((entry) => columns.map((name) => csvCell(entry[name])).join(','))]
    .map((line) => `${line}\r\n`)
    .join('');

/** A spreadsheet runs what begins like a formula; a quote before it makes it text. */
function csvCell(value: string | null): string {
  if (value === null) return '';
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
