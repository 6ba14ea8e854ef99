import type { ErrorCode } from '../../../errors/codes.ts';
import { DomainError } from '../../../errors/domain-error.ts';

/** The answers of RFC 6749 and RFC 8628 to a program that asks for tokens. */
const messages = {
  AUTHORIZATION_PENDING: 'Nobody has decided about this device yet. Ask again after the interval.',
  SLOW_DOWN: 'You ask too often. Wait five seconds longer between questions.',
  EXPIRED_TOKEN: 'This device code is over. Begin again.',
  ACCESS_DENIED: 'The person refused to let this device in.',
  INVALID_GRANT: 'This code or token is unknown, over or used, or it was made for somebody else.',
  UNSUPPORTED_GRANT_TYPE: 'This server knows authorization_code, refresh_token and device_code.',
} as const satisfies Partial<Record<ErrorCode, string>>;

export type GrantErrorCode = keyof typeof messages;

/** A program gets no tokens, or not yet. */
export class GrantError extends DomainError {
  readonly code: GrantErrorCode;
  constructor(code: GrantErrorCode, internal: Record<string, unknown> = {}) {
    super(messages[code], internal);
    this.code = code;
  }
}
