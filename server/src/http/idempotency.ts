import type { IncomingHttpHeaders } from 'node:http';
import { errorCodes } from '../errors/codes.ts';
import type { ErrorCode } from '../errors/codes.ts';
import type { Idempotency, KeyedRequest } from '../domain/idempotency/idempotency.ts';
import type { Context } from '../graphql/context.ts';
import type { Call, Guard } from './graphql/guards.ts';
import type { Exchange } from './graphql/exchange.ts';
import type { Prepared, Result } from './graphql/operations.ts';
import { cookieNames, cookieOf } from './cookies.ts';

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

/**
 * What ends the credential it came with. Who did not get the answer asks for it with what is no longer good for anything
 * else; `test/contract/idempotency-walk.test.ts` finds what is missing here.
 */
const endsCredential = /\b(signOut|leaveOrganization|deleteOrganization|eraseMe|advanceClock)\b/;

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
    const answer = { status: 200, headers: {}, body: JSON.stringify(result) };
    if (isAnswer(result)) await keyed.keep(answer, refusedLater(call, result));
    return result;
  } finally {
    await keyed.drop();
  }
}

function requestOf({ context: { viewer }, prepared }: Call<Context>): KeyedRequest {
  const what = whatOf(prepared);
  const key = prepared.idempotencyKey ?? '';
  if (!viewer) return { organizationId: null, key, request: what, secretPart: what };
  // A person may have signed in anew since; a key is one program, with what it may do.
  const who = viewer.apiKeyId ?? viewer.userId;
  return { organizationId: viewer.organizationId, key, request: { ...what, who } };
}

const whatOf = ({ query, operation, variables }: Prepared) => ({
  query,
  operationName: operation.name ?? null,
  variables,
});

/** The request as it will come once its credential has ended; null where it goes on to be good. */
function refusedLater({ prepared, exchange }: Call<Context>, { data }: Result): KeyedRequest | null {
  if (!exchange || !data || !endsCredential.test(prepared.query)) return null;
  return requestOfRefused(prepared, exchange);
}

function requestOfRefused(prepared: Prepared, { req }: Exchange): KeyedRequest | null {
  const credential = req.headers.authorization ?? cookieOf(req.headers, cookieNames.access);
  if (!credential || prepared.idempotencyKey === null) return null;
  const request = { ...whatOf(prepared), credential };
  return { organizationId: null, key: prepared.idempotencyKey, request, secretPart: request };
}

/**
 * The answer that somebody got whose request ended their credential; null: there is none. Nothing runs for who proves
 * nothing any more.
 */
export async function answerToRefused(
  { find }: Pick<Idempotency, 'find'>,
  prepared: Prepared,
  exchange: Exchange,
): Promise<Result | null> {
  const request = prepared.operation.type === 'mutation' ? requestOfRefused(prepared, exchange) : null;
  const answer = request && (await find(request));
  if (!answer) return null;
  exchange.headers[replayedHeader] = 'true';
  return JSON.parse(answer.body) as Result;
}

/** A result in which something was done, or which says once and for all why not. */
function isAnswer({ data, errors = [] }: Result): boolean {
  if (data === undefined) return false;
  const isEmpty = data === null || Object.values(data as object).every((field) => field === null);
  return !isEmpty || errors.length === 0 || !errors.every(({ extensions }) => isNoAnswer(extensions?.['code']));
}
