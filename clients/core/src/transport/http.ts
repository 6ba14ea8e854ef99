import { ConnectionError } from '../errors/connection-errors.ts';
import type { ResponseFacts } from '../call.ts';
import { readBounds } from '../options.ts';
import type { CallOptions, Settings } from '../options.ts';
import { isOfCredential } from './credentials.ts';
import type { Credentials } from './credentials.ts';
import { withDeadline } from './deadline.ts';
import { newIdempotencyKey } from './idempotency-key.ts';
import { withRetries } from './retry.ts';
import { sendByFetch } from './send-by-fetch.ts';
import type { Send, WireAnswer, WireRequest } from './transport.ts';

export type HttpRequest = {
  url: string;
  method: string;
  headers: Readonly<Record<string, string>>;
  /** Made anew for every try: a stream can be read only once. */
  body: () => BodyInit | null;
  /** Whether trying again after a lost connection does no harm. */
  repeatable: boolean;
  /** Whether the viewer's credential goes along; links that are signed already need none. */
  authorized: boolean;
};

export type Answer = {
  status: number;
  ok: boolean;
  /** The body as JSON; undefined when it is something else. */
  readonly body: unknown;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly headers: Pick<Headers, 'get'>;
  requestId: string | null;
  retryAfterMs: number | null;
};

export type Http = <T>(request: HttpRequest, options: CallOptions, read: (answer: Answer) => T) => Promise<T>;

/** Sends requests with deadline, abort, credential, request id and retries. `read` turns an answer into a value or throws. */
export function createHttp({
  settings,
  credentials,
}: {
  settings: Settings;
  credentials: Pick<Credentials, 'value' | 'header' | 'renew'>;
}): Http {
  return (request, options, read) => {
    const requestId = options.requestId ?? newIdempotencyKey();
    const { timeoutMs, maxRetries, maxResponseBytes } = readBounds(options, settings);
    const send = options.fetch ? sendByFetch(options.fetch) : settings.transport.send;
    const headersNow = async () => ({
      ...request.headers,
      ...(request.authorized && (await credentials.header(options.token))),
      ...(request.authorized && { 'x-request-id': requestId }),
      ...options.headers,
    });
    return withDeadline({ signal: options.signal, timeoutMs, requestId }, (signal) =>
      withRetries(
        {
          maxRetries,
          untilMs: performance.now() + timeoutMs,
          backoff: settings.backoff,
          repeatable: request.repeatable,
          signal,
          logger: options.logger ?? settings.logger,
        },
        async () => {
          const refused = credentials.value;
          const tryOnce = async () =>
            read(await ask(send, request, { headers: await headersNow(), maxResponseBytes, signal, requestId }));
          try {
            return await tryOnce();
          } catch (error) {
            const isOurs = request.authorized && options.token === undefined && isOfCredential(error);
            // It was refused before it ran, so with other tokens it may be sent again, whatever it is.
            if (!isOurs || !(await credentials.renew(refused))) throw error;
            return await tryOnce();
          }
        },
      ),
    );
  };
}

/** What a caller may want to know of an answer, without its body. */
export const factsOf = ({ status, headers, requestId }: Answer): ResponseFacts => ({ status, headers, requestId });

type Attempt = Pick<WireRequest, 'headers' | 'maxResponseBytes'> & { signal: AbortSignal; requestId: string | null };

async function ask(send: Send, { url, method, body }: HttpRequest, attempt: Attempt): Promise<Answer> {
  const { signal, requestId, ...more } = attempt;
  try {
    return readWire(await send({ url, method, body: body(), ...more }, signal), requestId);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ConnectionError) || error.requestId !== null) throw error;
    // A transport knows nothing of ids: whoever asks for help wants to quote one.
    const { message, cause, details } = error;
    throw new ConnectionError(message, { requestId, cause, details });
  }
}

/** An answer as it came over a wire. */
export function readWire({ status, headers, bytes }: WireAnswer, requestId: string | null): Answer {
  return {
    status,
    ok: status >= 200 && status < 300,
    get body() {
      return parseJson(bytes);
    },
    bytes,
    headers,
    requestId: headers.get('x-request-id') ?? requestId,
    retryAfterMs: readRetryAfter(headers.get('retry-after')),
  };
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

/** Seconds or a date, as milliseconds from now. */
function readRetryAfter(value: string | null): number | null {
  if (!value) return null;
  const delayMs = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isNaN(delayMs) ? null : Math.max(0, delayMs);
}
