import { chooseError } from './choose-error.ts';
import { ResponseInvalidError } from './connection-errors.ts';
import type { SightlineError } from './sightline-error.ts';

type Fields = Readonly<Record<string, unknown>>;
type Origin = { requestId: string | null; status?: number | null; retryAfterMs?: number | null };

/** Of errors within a subscription: they carry their own request id, and there is no HTTP status. */
export const nowhere: Origin = { requestId: null };

/** The error that a list of GraphQL errors means; the first is the one that matters. */
export function errorOfGraphql(errors: readonly unknown[], origin: Origin): SightlineError {
  const { message, extensions } = fieldsOf(errors[0]);
  return errorOf({ ...fieldsOf(extensions), message }, origin, 'The server refused without saying why.');
}

/** The error that a REST answer `{ error: { code, message, … } }` means; bodies of proxies in between count as well. */
export function errorOfRest(body: unknown, origin: Origin & { status: number }): SightlineError {
  const { status } = origin;
  const retryable = status === 408 || status === 429 || status >= 500;
  const silence = `The answer was HTTP ${status} without an explanation.`;
  return errorOf({ retryable, ...fieldsOf(fieldsOf(body).error) }, origin, silence);
}

/** The error that a member of a result union means: what not every error has are its details. */
export function errorOfResult(result: Fields, requestId: string | null): SightlineError {
  const { __typename, code = __typename, message = __typename, hint, docs, retryable, ...details } = result;
  return errorOf({ code, message, hint, docs, retryable, details }, { requestId }, '');
}

/** What somebody said of an error, taken for what it should be and no more. */
function errorOf(said: Fields, origin: Origin, silence: string): SightlineError {
  const { code, retryAfterMs } = said;
  const retryable = said.retryable === true;
  const requestId = textOf(said.requestId) ?? origin.requestId;
  const message = textOf(said.message);
  if (typeof code !== 'string')
    return new ResponseInvalidError(message ?? silence, { ...origin, requestId, retryable });
  return chooseError(message ?? code, {
    code,
    hint: textOf(said.hint),
    docs: textOf(said.docs),
    retryable,
    retryAfterMs: typeof retryAfterMs === 'number' ? retryAfterMs : (origin.retryAfterMs ?? null),
    requestId,
    status: origin.status ?? null,
    details: fieldsOf(said.details),
  });
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

export const textOf = (value: unknown) => (typeof value === 'string' ? value : null);
