import { ConnectionError } from '../../errors/connection-errors.ts';
import { errorOfGraphql, nowhere } from '../../errors/read-errors.ts';
import { SightlineError } from '../../errors/sightline-error.ts';
import type { Settings } from '../../options.ts';
import type { Credentials } from '../credentials.ts';
import { notGraphql, readAnswer } from '../graphql.ts';
import { readWire } from '../http.ts';
import { readAnswerOf, requireHere } from '../send-by-fetch.ts';
import type { Live, LiveRequest, Sink } from '../transport.ts';
import { createEventReader } from './read-events.ts';
import type { ServerEvent } from './read-events.ts';

type Deps = {
  settings: Settings;
  credentials: Credentials;
  /** The runtime's unless given; what a page gives says which cookies go along. */
  fetch?: typeof fetch;
};

/** So many heartbeats without a byte, and the stream is given up: a server of ours says something every 30 seconds. */
const silentHeartbeats = 5;

/**
 * Subscriptions over server-sent events, for where no WebSocket gets through: a connection for each. Like a socket it never resumes by
 * itself. Over HTTP/1.1 browsers open six connections to one host and no more.
 */
export function openSse({ settings, credentials, fetch: send = (...request) => fetch(...request) }: Deps): Live {
  const { baseUrl, logger, timeoutMs, heartbeatMs } = settings;
  const streams = new Set<(error: SightlineError) => void>();

  function subscribe(request: LiveRequest, sink: Sink): () => void {
    const controller = new AbortController();
    let token = credentials.value;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isOver = false;

    let silence = 'The event stream says nothing: does a proxy buffer it?';
    const expect = (withinMs: number) => {
      clearTimeout(timer);
      timer = setTimeout(() => end(new ConnectionError(silence)), withinMs);
    };
    /** Whoever unsubscribes is not told. */
    function leave(): void {
      isOver = true;
      clearTimeout(timer);
      streams.delete(end);
      controller.abort();
    }
    function end(error: SightlineError | null): void {
      if (isOver) return;
      leave();
      if (error) logger.info('event stream ended', { code: error.code, message: error.message });
      sink.end(error, token);
    }

    function hear({ type, data }: ServerEvent): void {
      if (isOver) return;
      if (type === 'complete') return end(null);
      if (type !== 'next') return;
      const { data: result, errors } = JSON.parse(data) as { data?: unknown; errors?: unknown };
      if (Array.isArray(errors) && errors.length > 0) return end(errorOfGraphql(errors, nowhere));
      sink.next(result);
    }

    async function read(): Promise<void> {
      const header = await credentials.header();
      token = credentials.value;
      if (isOver) return;
      const response = await send(`${baseUrl}/graphql`, {
        method: 'POST',
        headers: { ...header, 'content-type': 'application/json', accept: 'text/event-stream' },
        body: JSON.stringify(request),
        signal: controller.signal,
        redirect: 'manual',
      });
      requireHere(response);
      const type = response.headers.get('content-type') ?? '';
      if (!response.body || !type.startsWith('text/event-stream')) return refuse(response);
      const take = createEventReader(hear);
      const reader = response.body.getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (isOver) return;
        if (done) return end(new ConnectionError(broken));
        // A server of ours says something at once: until it is heard, this is no stream yet.
        if (silence !== silent) {
          silence = silent;
          sink.open?.();
          logger.info('event stream opened', { url: baseUrl });
        }
        expect(heartbeatMs * silentHeartbeats);
        take(value);
      }
    }

    streams.add(end);
    expect(timeoutMs);
    read().catch((error: unknown) => {
      const isOurs = error instanceof SightlineError;
      const isNonsense = error instanceof SyntaxError || error instanceof RangeError;
      if (isOurs) end(error);
      else if (isNonsense) end(notGraphql({ cause: error }));
      else end(new ConnectionError(broken, { cause: error }));
    });
    return leave;
  }

  return {
    subscribe,
    reset() {
      for (const end of [...streams]) end(new ConnectionError('The connection was closed to open a new one.'));
    },
  };
}

const silent = 'The event stream fell silent.';
const broken = 'The event stream broke off.';

/** Throws what an answer means that is no stream. */
async function refuse(response: Response): Promise<never> {
  readAnswer(readWire(await readAnswerOf(response), null));
  throw notGraphql();
}
