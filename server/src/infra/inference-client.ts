import { z } from 'zod';
import { ServiceUnavailableError } from '../errors/request-errors.ts';
import type { Inference, RunMessage, RunSpec } from '../ports.ts';
import { readRunMessages } from './run-messages.ts';

type Options = {
  /** The sidecar, without a slash at the end. */
  url: string;
  serviceToken: string;
  /** Longest silence of a run before it counts as broken. */
  idleMs?: number;
  fetch?: typeof fetch;
};

const checkTimeoutMs = 2_000;
const runContentType = 'application/vnd.sightline.run';

const refusal = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

/** The sidecar over HTTP. Whatever breaks on the way throws SERVICE_UNAVAILABLE with its cause. */
export function createInferenceClient({ url, serviceToken, idleMs = 30_000, fetch: send = fetch }: Options): Inference {
  const headers = { authorization: `Bearer ${serviceToken}` };

  return {
    async *run(spec: RunSpec, signal: AbortSignal): AsyncGenerator<RunMessage, void, undefined> {
      // Aborted too when the reader leaves: closing the connection is what ends the run on the other side.
      const connection = new AbortController();
      const silence = createDeadline(idleMs, () => connection.abort(new Error(`silent for ${idleMs} ms`)));
      try {
        silence.start();
        const response = await send(`${url}/sessions`, {
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/json', 'x-request-id': spec.requestId },
          body: JSON.stringify({ ...spec, deliver: { ...spec.deliver, token: serviceToken } }),
          signal: AbortSignal.any([signal, connection.signal]),
        });
        const refused = await refusalOf(response);
        if (refused) {
          yield refused;
          return;
        }
        yield* readRunMessages(watched(bodyOf(response), silence));
      } catch (error) {
        signal.throwIfAborted();
        throw new ServiceUnavailableError('Inference', connection.signal.aborted ? connection.signal.reason : error);
      } finally {
        silence.stop();
        connection.abort();
      }
    },

    async check() {
      const signal = AbortSignal.timeout(checkTimeoutMs);
      const response = await send(`${url}/health/ready`, { headers, signal }).catch((error: unknown) => {
        throw new ServiceUnavailableError('Inference', error);
      });
      await response.body?.cancel();
      if (!response.ok) throw new ServiceUnavailableError('Inference', new Error(`answered ${response.status}`));
    },
  };
}

/** A run the sidecar will never accept ends as failed; one it cannot take now throws. */
async function refusalOf(response: Response): Promise<RunMessage | null> {
  const type = response.headers.get('content-type')?.split(';')[0];
  if (response.ok && type === runContentType) return null;
  const text = (await response.text()).slice(0, 2_000);
  const { status } = response;
  const isPermanent = status === 400 || status === 415 || status === 422;
  const parsed = isPermanent ? refusal.safeParse(jsonOrNull(text)) : null;
  if (!parsed?.success) throw new Error(`POST /sessions answered ${status} ${type}: ${text}`);
  return { type: 'failed', ...parsed.data.error };
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function bodyOf({ body }: Response): AsyncIterable<Uint8Array> {
  if (!body) throw new Error('POST /sessions answered without a body');
  return body;
}

type Deadline = { start(): void; stop(): void };

/** Counts only the time spent waiting for the sidecar, not the time we take over what it said. */
async function* watched(chunks: AsyncIterable<Uint8Array>, silence: Deadline): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    silence.stop();
    yield chunk;
    silence.start();
  }
}

function createDeadline(milliseconds: number, onPassed: () => void): Deadline {
  let timer: NodeJS.Timeout | undefined;
  return {
    start() {
      clearTimeout(timer);
      timer = setTimeout(onPassed, milliseconds);
    },
    stop: () => clearTimeout(timer),
  };
}
