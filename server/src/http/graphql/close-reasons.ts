import { describeError } from '../../errors/describe.ts';
import type { ErrorCode } from '../../errors/codes.ts';

/** Clients do not try again by themselves. */
const unauthorized = 4401;
const forbidden = 4403;
/** Clients come back. */
const tryAgainLater = 1013;
const goingAway = 1001;

/** A close code of the WebSocket protocol, and as its reason a code of our catalogue. */
export type Closing = readonly [closeCode: number, reason: ErrorCode];

export const signedOut: Closing = [unauthorized, 'UNAUTHENTICATED'];
export const stopping: Closing = [goingAway, 'SERVICE_UNAVAILABLE'];
export const readsTooSlowly: Closing = [tryAgainLater, 'READER_TOO_SLOW'];
export const broken: Closing = [tryAgainLater, 'INTERNAL_SERVER_ERROR'];

/** How a socket is closed that cannot go on for this reason. */
export function closingOf(error: unknown): Closing {
  const { code, status, retryable } = describeError(error);
  if (status === 401) return [unauthorized, code];
  return [retryable ? tryAgainLater : forbidden, code];
}

/** What ws and graphql-ws close sockets for, in their numbers; their own reasons are sentences, or none. */
const reasonsOfProtocol: Record<number, ErrorCode> = {
  1002: 'BAD_REQUEST',
  1007: 'BAD_REQUEST',
  1009: 'BODY_TOO_LARGE',
  4400: 'BAD_REQUEST',
  4401: 'UNAUTHENTICATED',
  4403: 'FORBIDDEN',
  4406: 'NOT_ACCEPTABLE',
  4408: 'REQUEST_TIMEOUT',
  4409: 'BAD_REQUEST',
  4429: 'BAD_REQUEST',
  4500: 'INTERNAL_SERVER_ERROR',
};

/** The reason that goes with a close code of graphql-ws. */
export function reasonOf(closeCode = 4500): ErrorCode | '' {
  return reasonsOfProtocol[closeCode] ?? '';
}
