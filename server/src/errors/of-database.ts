import type { ErrorCode } from './codes.ts';

/** Codes of Node, PostgreSQL and Prisma which mean that nobody answered, or not now: also where two waited for each other. */
const unreachable = new Set(
  (
    'ECONNREFUSED ECONNRESET EPIPE ETIMEDOUT ENOTFOUND 53300 57P01 57P02 57P03 55P03 ' +
    '40001 40P01 P1001 P1002 P1008 P1017 P2024 P2028 P2034'
  ).split(' '),
);
/** PostgreSQL gave up a statement that took longer than `statement_timeout`. */
const statementTimeout = '57014';
/** What the pool throws, without a code, when all its connections are at work for too long or a new one does not open. */
const poolTimeouts = new Set([
  'timeout exceeded when trying to connect',
  'Connection terminated due to connection timeout',
  'Connection terminated unexpectedly',
]);

/** What callers are told of a trouble between us and the database, or another part; null for everything else. */
export function troubleOf(cause: unknown): { code: ErrorCode; message: string } | null {
  if (!(cause instanceof Error)) return null;
  const code = codeOf(cause);
  if (code === statementTimeout) return { code: 'DEADLINE_EXCEEDED', message: 'The database took too long.' };
  if (!unreachable.has(code ?? '') && !poolTimeouts.has(cause.message)) return null;
  return { code: 'SERVICE_UNAVAILABLE', message: 'A part we depend on cannot be reached. Try again.' };
}

/** PostgreSQL's own code where Prisma stands before it. */
function codeOf(cause: Error): string | null {
  const { code, meta } = cause as {
    code?: unknown;
    meta?: { driverAdapterError?: { cause?: { originalCode?: unknown } } };
  };
  const own = meta?.driverAdapterError?.cause?.originalCode ?? code;
  return own === undefined ? null : String(own);
}
