import assert from 'node:assert/strict';
import { errorCodes } from '@sightline/inference/errors';
import type { ErrorCode } from '@sightline/inference/errors';
import type { Transport } from '@sightline/inference/error-transports';
import { errorText } from '@sightline/inference/messages/error-text';
import { assertLanguage } from '../language.ts';

export type Language = 'en' | 'es';

/** An answer over HTTP. */
export type Heard = { status: number; headers: Record<string, string>; body: string };

export const heardOf = async (response: Response): Promise<Heard> => ({
  status: response.status,
  headers: Object.fromEntries(response.headers),
  body: await response.text(),
});

type Told = Record<string, unknown> & { code: ErrorCode; message: string; requestId: string };
type Members = Record<string, unknown>;

/** Takes the shape of a dialect away; what is left is told alike in all of them. Throws where it is another shape. */
const shapes: Record<string, (body: Members, heard: Heard) => Told> = {
  sidecar({ error, ...problem }, { status }) {
    const told = error as Told;
    assert.deepEqual(problem, {
      type: `/errors/${told.code}`,
      title: problem['title'],
      status,
      detail: told.message,
      instance: `urn:sightline:request:${told.requestId}`,
    });
    return told;
  },
  oip: ({ error: message, ...told }) => ({ ...told, message }) as Told,
  deepstack({ success, duration, error: message, ...told }) {
    assert.deepEqual([success, duration], [false, 0]);
    return { ...told, message } as Told;
  },
};

const types: Record<string, string> = {
  sidecar: 'application/problem+json; charset=utf-8',
  oip: 'application/json; charset=utf-8',
  deepstack: 'application/json; charset=utf-8',
};

/** In whose shape it was told; requests on a socket are told in the protocol's, and the last word on a pipe as by HTTP. */
const shapeOf = (on: Transport): string => (on === 'lane' ? 'oip' : on === 'pipe' ? 'sidecar' : on);

/** All members, status and headers of a refusal, in this language. Gives its code. */
export function assertHeard(heard: Heard, on: Transport, language: Language): ErrorCode {
  const shape = shapeOf(on);
  const { code, message, requestId, retryAfterMs, details, ...rest } = shapes[shape]!(JSON.parse(heard.body), heard);
  const { status, retryable } = errorCodes[code];
  const { title, hint } = errorText(code, language);
  assert.deepEqual(rest, { hint, retryable, docs: `docs/errors.md#${code.toLowerCase()}` });
  assertLanguage(message, language);
  assert.match(requestId, /^[\w.-]{1,64}$/);
  if (shape === 'sidecar') assert.equal(JSON.parse(heard.body).title, title);
  const { headers } = heard;
  assert.equal(heard.status, status);
  assert.equal(headers['content-type'], types[shape]);
  assert.equal(headers['content-language'], language);
  assert.equal(headers['x-request-id'], requestId);
  assert.equal(headers['www-authenticate'], status === 401 ? 'Bearer' : undefined);
  if (code === 'METHOD_NOT_ALLOWED') assert.match(headers['allow'] ?? '', /^(GET|POST)(, (GET|POST))?$/);
  // Whole seconds, and never less than the milliseconds beside them.
  const seconds = retryable ? Math.ceil(((retryAfterMs as number | undefined) ?? 1_000) / 1_000) : undefined;
  assert.equal(headers['retry-after'], seconds === undefined ? undefined : String(seconds));
  if (!retryable) assert.equal(retryAfterMs, undefined);
  for (const issue of (details as { issues?: { message: string }[] } | undefined)?.issues ?? []) {
    assertLanguage(issue.message, language);
  }
  return code;
}
