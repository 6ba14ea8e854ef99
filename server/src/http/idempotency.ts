import type { IncomingHttpHeaders } from 'node:http';
import { errorCodes } from '../errors/codes.ts';
import type { ErrorCode } from '../errors/codes.ts';
import type { Idempotency, KeyedRequest } from '../domain/idempotency/idempotency.ts';
import type { Context } from '../graphql/context.ts';
import type { Call, Guard } from './graphql/guards.ts';
import type { Result } from './graphql/operations.ts';

export const replayedHeader = 'idempotent-replayed';

/** The key a request names; undefined without one. */
export function idempotencyKeyOf(headers: IncomingHttpHeaders): string | undefined {
  return headers['idempotency-key'] as string | undefined;
}

/**
 * Codes of requests that were refused, or could not be done, rather than answered: whoever removes the reason may send the
 * same request again, and it runs.
 */
const notAnswers: ReadonlySet<string> = new Set<ErrorCode>([
  ...(['UNAUTHENTICATED', 'FORBIDDEN', 'SCOPE_MISSING', 'KEY_ADDRESS_REFUSED', 'STEP_UP_REQUIRED'] as const),
  ...(['CSRF_REFUSED', 'ORIGIN_REFUSED', 'BAD_REQUEST', 'INPUT_INVALID'] as const),
  ...(Object.keys(errorCodes) as ErrorCode[]).filter(
    (code) => errorCodes[code].retryable && code !== 'INTERNAL_SERVER_ERROR',
  ),
]);

/** Whether nothing of the request can have been done, going by its code. */
export const isNoAnswer = (code: unknown): boolean => notAnswers.has(String(code));

/** Lets a mutation with an idempotency key happen once, on every transport. */
export function createIdempotencyGuard(idempotency: Pick<Idempotency, 'open'>): Guard<Context> {
  return {
    around(call, run) {
      const { operation, idempotencyKey } = call.prepared;
      if (idempotencyKey === null || operation.type !== 'mutation') return run();
      return once(idempotency, call, run);
    },
  };
}

async function once(
  { open }: Pick<Idempotency, 'open'>,
  call: Call<Context>,
  run: () => Result | Promise<Result>,
): Promise<Result> {
  const keyed = await open(requestOf(call));
  if (keyed.replay) {
    if (call.exchange) call.exchange.headers[replayedHeader] = 'true';
    return JSON.parse(keyed.replay.body) as Result;
  }
  try {
    const result = await keyed.within(run);
    if (isAnswer(result)) await keyed.keep({ status: 200, headers: {}, body: JSON.stringify(result) });
    return result;
  } finally {
    await keyed.drop();
  }
}

function requestOf({ context: { viewer }, prepared }: Call<Context>): KeyedRequest {
  const { query, operation, variables, idempotencyKey } = prepared;
  const what = { query, operationName: operation.name ?? null, variables };
  const key = idempotencyKey ?? '';
  if (!viewer) return { organizationId: null, key, request: what, secretPart: what };
  // A person may have signed in anew since; a key is one program, with what it may do.
  const who = viewer.apiKeyId ?? viewer.userId;
  return { organizationId: viewer.organizationId, key, request: { ...what, who } };
}

/** A result in which something was done, or which says once and for all why not. */
function isAnswer({ data, errors = [] }: Result): boolean {
  if (data === undefined) return false;
  const isEmpty = data === null || Object.values(data as object).every((field) => field === null);
  return !isEmpty || errors.length === 0 || !errors.every(({ extensions }) => isNoAnswer(extensions?.['code']));
}
