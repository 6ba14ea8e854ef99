import type { ErrorCode } from './codes.ts';
import { describeError } from './describe.ts';

export type RestError = {
  status: number;
  headers: Record<string, string>;
  body: { error: { code: ErrorCode; message: string; requestId: string; details?: Readonly<Record<string, unknown>> } };
};

/** The error as REST routes answer it: same codes, same words as in the graph. */
export function toRestError(error: unknown, requestId: string): RestError {
  const { code, message, status, retryAfterMs, details } = describeError(error);
  return {
    status,
    headers: retryHeaders(retryAfterMs),
    body: { error: { code, message, requestId, ...(details && { details }) } },
  };
}

/** HTTP knows whole seconds only; rounding down would make clients come too early. */
export function retryHeaders(retryAfterMs: number | null): Record<string, string> {
  return retryAfterMs === null ? {} : { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) };
}
