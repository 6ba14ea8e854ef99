import { errorCodes } from '../../errors/codes.ts';
import type { ErrorCode } from '../../errors/codes.ts';
import { retryHeaders } from '../../errors/to-rest-error.ts';
import type { Exchange } from './exchange.ts';
import type { Result } from './operations.ts';

export const jsonType = 'application/json';
export const graphqlType = 'application/graphql-response+json';

/** How long we go on reading what nobody wants any more, so that the caller gets to read our answer. */
const drainMs = 900;

/**
 * 200 once something ran, whatever came of it. Before that the code decides, except that callers of the old
 * `application/json` expect 200 for a document that is not valid.
 */
export function statusOf({ data, errors }: Result, contentType: string): number {
  const code = errors?.[0]?.extensions?.code as ErrorCode | undefined;
  if (data !== undefined || !code) return 200;
  const isAboutDocument = code === 'GRAPHQL_PARSE_FAILED' || code === 'GRAPHQL_VALIDATION_FAILED';
  return isAboutDocument && contentType === jsonType ? 200 : errorCodes[code].status;
}

/** Headers that go with a refusal. */
export function refusalHeaders({ data, errors }: Result): Record<string, string> {
  if (data !== undefined || !errors) return {};
  const { code, retryAfterMs } = (errors[0]?.extensions ?? {}) as { code?: ErrorCode; retryAfterMs?: number };
  return {
    ...retryHeaders(retryAfterMs ?? null),
    ...(code === 'UNAUTHENTICATED' && { 'www-authenticate': 'Bearer' }),
    ...(code === 'METHOD_NOT_ALLOWED' && { allow: 'GET, POST, OPTIONS' }),
  };
}

/** Writes a result as JSON, in one write. */
export function respond({ res, headers }: Exchange, result: Result, contentType: string): void {
  const body = JSON.stringify(result);
  res.writeHead(statusOf(result, contentType), {
    ...headers,
    ...(result.errors && refusalHeaders(result)),
    'content-type': `${contentType}; charset=utf-8`,
    'content-length': Buffer.byteLength(body),
  });
  res.end(body);
}

/** Answers a request whose body was perhaps not read to its end, and closes the connection if so. */
export function respondEarly(exchange: Exchange, result: Result, contentType: string): void {
  const { req, headers } = exchange;
  if (req.complete) return respond(exchange, result, contentType);
  respond({ ...exchange, headers: { ...headers, connection: 'close' } }, result, contentType);
  req.resume();
  const timer = setTimeout(() => req.destroy(), drainMs);
  req.once('close', () => clearTimeout(timer));
}
