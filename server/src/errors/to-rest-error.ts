import type { Locale } from '@sightline/db/client';
import type { ErrorCode } from './codes.ts';
import { describeError } from './describe.ts';

/** RFC 9457, and beside it our own `error`, which says the same as the graph does. */
export type RestProblem = {
  /** Answers with what the code means. */
  type: string;
  title: string;
  status: number;
  detail: string;
  /** This one occurrence: it ends with the request id. */
  instance: string;
  error: {
    code: ErrorCode;
    message: string;
    requestId: string;
    hint: string;
    retryable: boolean;
    retryAfterMs?: number;
    docs: string;
    details?: Readonly<Record<string, unknown>>;
  };
};

export type RestError = { status: number; headers: Record<string, string>; body: RestProblem };

export const problemType = 'application/problem+json';

/** The error as REST routes answer it: same codes, same words as in the graph. */
export function toRestError(error: unknown, requestId: string, locale: Locale = 'EN'): RestError {
  const { code, title, message, hint, docs, status, retryable, retryAfterMs, details } = describeError(error, locale);
  return {
    status,
    headers: {
      'content-type': `${problemType}; charset=utf-8`,
      'content-language': locale.toLowerCase(),
      ...retryHeaders(retryAfterMs),
      ...(status === 401 && { 'www-authenticate': 'Bearer' }),
    },
    body: {
      type: `/errors/${code}`,
      title,
      status,
      detail: message,
      instance: `urn:sightline:request:${requestId}`,
      error: {
        code,
        message,
        requestId,
        hint,
        retryable,
        ...(retryAfterMs !== null && { retryAfterMs }),
        docs,
        ...(details && { details }),
      },
    },
  };
}

/** HTTP knows whole seconds only; rounding down would make clients come too early. */
export function retryHeaders(retryAfterMs: number | null): Record<string, string> {
  return retryAfterMs === null ? {} : { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) };
}
