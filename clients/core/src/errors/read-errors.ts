import { chooseError } from './choose-error.ts';
import { ResponseInvalidError } from './connection-errors.ts';
import type { SightlineError } from './sightline-error.ts';

type Fields = Readonly<Record<string, unknown>>;
type Origin = { requestId: string | null; status: number | null; retryAfterMs?: number | null };

/** The error that a list of GraphQL errors means; the first is the one that matters. */
export function errorOfGraphql(errors: readonly unknown[], origin: Origin): SightlineError {
  const first = fieldsOf(errors[0]);
  const extensions = fieldsOf(first.extensions);
  if (typeof extensions.code !== 'string') {
    return new ResponseInvalidError(textOf(first.message) ?? 'The server refused without saying why.', origin);
  }
  return chooseError(textOf(first.message) ?? extensions.code, {
    code: extensions.code,
    hint: textOf(extensions.hint),
    docs: textOf(extensions.docs),
    retryable: extensions.retryable === true,
    retryAfterMs: typeof extensions.retryAfterMs === 'number' ? extensions.retryAfterMs : (origin.retryAfterMs ?? null),
    requestId: textOf(extensions.requestId) ?? origin.requestId,
    status: origin.status,
    details: fieldsOf(extensions.details),
  });
}

/** The error that a REST answer `{ error: { code, message, … } }` means; bodies of proxies in between count as well. */
export function errorOfRest(body: unknown, origin: Origin & { status: number }): SightlineError {
  const error = fieldsOf(fieldsOf(body).error);
  const retryable = origin.status === 408 || origin.status === 429 || origin.status >= 500;
  if (typeof error.code !== 'string') {
    return new ResponseInvalidError(`The answer was HTTP ${origin.status} without an explanation.`, {
      ...origin,
      retryable,
    });
  }
  return chooseError(textOf(error.message) ?? error.code, {
    code: error.code,
    hint: textOf(error.hint),
    docs: textOf(error.docs),
    retryable: typeof error.retryable === 'boolean' ? error.retryable : retryable,
    retryAfterMs: typeof error.retryAfterMs === 'number' ? error.retryAfterMs : (origin.retryAfterMs ?? null),
    requestId: textOf(error.requestId) ?? origin.requestId,
    status: origin.status,
    details: fieldsOf(error.details),
  });
}

/** The error that a member of a result union means: what not every error has are its details. */
export function errorOfResult(result: Fields, requestId: string | null): SightlineError {
  const { __typename, code, message, hint, docs, retryable, ...details } = result;
  return chooseError(textOf(message) ?? String(__typename), {
    code: textOf(code) ?? String(__typename),
    hint: textOf(hint),
    docs: textOf(docs),
    retryable: retryable === true,
    requestId,
    details,
  });
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
