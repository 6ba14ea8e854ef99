import type { Locale } from '@sightline/db/client';
import { GraphQLError } from 'graphql';
import { errorMessage, errorText } from '../messages/error-text.ts';
import { errorCodes } from './codes.ts';
import type { ErrorCode } from './codes.ts';
import { DomainError } from './domain-error.ts';
import { troubleOf } from './of-database.ts';
import { InputInvalidError } from './request-errors.ts';

/** What a caller may know of an error, on every transport. */
export type Described = {
  readonly code: ErrorCode;
  /** A name of the code for people; always the same. */
  readonly title: string;
  readonly message: string;
  /** What to do about it. */
  readonly hint: string;
  /** Where it is explained, relative to the repository. */
  readonly docs: string;
  readonly status: number;
  readonly retryable: boolean;
  /** How long to wait before the next try, in milliseconds. */
  readonly retryAfterMs: number | null;
  readonly details: Readonly<Record<string, unknown>> | null;
  /** True for a bug or an outage: somebody should read the log. */
  readonly ours: boolean;
};

/** What is told in one language only. */
type Told = Omit<Described, 'title' | 'hint'>;

/** The one mapping from anything thrown to what callers are told, in their language. Never throws. */
export function describeError(error: unknown, locale: Locale = 'EN'): Described {
  const told = tell(error);
  const { code, message } = told;
  return { ...told, ...errorText(code, locale), message: errorMessage(code, message, locale) };
}

function tell(error: unknown): Told {
  const cause = rootCause(error);
  if (cause instanceof DomainError) return describeDomainError(cause);
  if (cause instanceof GraphQLError) return describeGraphqlError(cause, error);
  const trouble = troubleOf(cause);
  if (trouble) return describe(trouble.code, trouble.message);
  const code = codeOfHttpError(cause);
  return code ? describe(code, (cause as Error).message) : masked();
}

/** graphql-js wraps what a resolver threw, sometimes more than once. */
export function rootCause(error: unknown): unknown {
  let cause = error;
  while (cause instanceof GraphQLError && cause.originalError) cause = cause.originalError;
  return cause;
}

/** One extension of an error; errors of compiled operations may have none at all, whatever their type says. */
export function extensionOf(error: GraphQLError, name: string): unknown {
  return (error.extensions as GraphQLError['extensions'] | undefined)?.[name];
}

function describeDomainError(error: DomainError): Told {
  const details = error instanceof InputInvalidError ? { field: error.field } : error.details;
  const told = describe(error.code, error.message);
  return { ...told, retryAfterMs: error.retryAfterMs, details, ours: told.ours && !error.isCallers };
}

function describeGraphqlError(cause: GraphQLError, error: unknown): Told {
  const code = extensionOf(cause, 'code');
  if (typeof code === 'string' && code in errorCodes) return describe(code as ErrorCode, cause.message);
  // Pothos says with this name that an id, cursor or page size of the caller makes no sense.
  if (cause.name === 'PothosValidationError') return describe('INPUT_INVALID', cause.message);
  if (cause.message.startsWith('Syntax Error')) return describe('GRAPHQL_PARSE_FAILED', cause.message);
  // Without a path nothing ran yet: the document or its variables are wrong. With one, only an argument can be the
  // caller's fault; the rest are resolvers that returned what the schema forbids, and their text may quote data.
  const ran = error instanceof GraphQLError && error.path !== undefined;
  if (!ran || cause.message.startsWith('Argument "')) return describe('GRAPHQL_VALIDATION_FAILED', cause.message);
  return masked();
}

/** Fastify and its plugins refuse requests with errors that carry a 4xx `statusCode` and a public message. */
function codeOfHttpError(cause: unknown): ErrorCode | null {
  if (!(cause instanceof Error) || !('statusCode' in cause)) return null;
  const status = Number(cause.statusCode);
  if (status < 400 || status >= 500) return null;
  return codesByStatus[status] ?? 'BAD_REQUEST';
}

const codesByStatus: Record<number, ErrorCode> = {
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  405: 'METHOD_NOT_ALLOWED',
  406: 'NOT_ACCEPTABLE',
  408: 'REQUEST_TIMEOUT',
  413: 'BODY_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  429: 'RATE_LIMITED',
};

function masked(): Told {
  return describe(
    'INTERNAL_SERVER_ERROR',
    'Something went wrong on our side. Quote the request id if you ask for help.',
  );
}

function describe(code: ErrorCode, message: string): Told {
  const { status, retryable } = errorCodes[code];
  return {
    code,
    message,
    docs: docsOf(code),
    status,
    retryable,
    retryAfterMs: null,
    details: null,
    ours: status >= 500,
  };
}

/** Where a code is explained, relative to the repository. */
export function docsOf(code: ErrorCode): string {
  return `docs/errors.md#${code.toLowerCase()}`;
}
