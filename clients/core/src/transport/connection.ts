import { ConfigurationError } from '../errors/connection-errors.ts';
import { errorOfGraphql, nowhere } from '../errors/read-errors.ts';
import { SightlineError } from '../errors/sightline-error.ts';
import type { Settings } from '../options.ts';
import { errorOfClose } from './close-codes.ts';
import type { Credentials } from './credentials.ts';
import type { LiveRequest, Sink } from './transport.ts';

/** What a server may say, of which nothing is taken on trust but its type and id. */
type Message = { type?: unknown; id?: unknown; payload?: unknown };

type Deps = {
  settings: Settings;
  credentials: Credentials;
  /** Called once, before anybody is told of the end: whoever subscribes then needs another connection. */
  onClosed(): void;
};

/** What is subscribed over one WebSocket. */
export type Connection = {
  /** What it was opened with. */
  readonly token: string | null;
  subscribe(request: LiveRequest, sink: Sink): () => void;
  /** Ends every subscription with this error, and the connection. */
  close(error: SightlineError): void;
};

const open = 1;

/**
 * Opens a WebSocket that speaks graphql-transport-ws. It is asked whether it is alive whenever it was silent for `heartbeatMs`, closes
 * when nothing is subscribed any more, and is over for good then. Throws ConfigurationError.
 */
export function openConnection({ settings, credentials, onClosed }: Deps): Connection {
  const { webSocket: WebSocketClass, heartbeatMs, logger, baseUrl } = settings;
  if (!WebSocketClass) {
    throw new ConfigurationError(
      'There is no global WebSocket here. Pass one as `webSocket`: the class of the package `ws`.',
    );
  }
  const active = new Map<string, { sink: Sink; payload: LiveRequest }>();
  let { value: token } = credentials;
  let count = 0;
  let isAcknowledged = false;
  let isOver = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const ws = new WebSocketClass(`${baseUrl.replace(/^http/, 'ws')}/graphql`, 'graphql-transport-ws');

  const say = (message: Message) => {
    if (ws.readyState === open) ws.send(JSON.stringify(message));
  };

  /** Ends everything, told by a close event or by what we made of silence or nonsense. */
  function end(failure: unknown, error = errorOfClose(failure)): void {
    if (isOver) return;
    if (active.size > 0) logger.info('subscriptions disconnected', { code: error.details['closeCode'] });
    leave(4499, 'Terminated');
    for (const id of [...active.keys()]) finish(id, error);
  }

  function leave(code = 1000, reason?: string): void {
    isOver = true;
    clearTimeout(timer);
    onClosed();
    // A network that is gone hears nothing of it.
    ws.close(code, reason);
  }

  function finish(id: string, error: SightlineError | null): void {
    const found = active.get(id);
    active.delete(id);
    found?.sink.end(error, token);
    leaveIfUnused();
  }

  function leaveIfUnused(): void {
    if (active.size === 0 && !isOver) leave();
  }

  /** A connection can be dead for minutes before TCP notices. */
  function watch(): void {
    clearTimeout(timer);
    timer = setTimeout(() => {
      say({ type: 'ping' });
      timer = setTimeout(() => end({ code: 4499, reason: 'Terminated' }), heartbeatMs);
    }, heartbeatMs);
  }

  const start = (id: string, payload: LiveRequest) => say({ id, type: 'subscribe', payload });

  function hear({ type, id, payload }: Message): void {
    const found = active.get(String(id));
    if (type === 'connection_ack') {
      isAcknowledged = true;
      logger.info('subscriptions connected', { url: baseUrl });
      for (const [each, { sink, payload: request }] of active) {
        sink.open?.();
        start(each, request);
      }
    } else if (type === 'ping') {
      say({ type: 'pong', payload });
    } else if (found && type === 'next') {
      const { data, errors } = payload as { data?: unknown; errors?: unknown };
      if (!Array.isArray(errors)) return found.sink.next(data);
      say({ id, type: 'complete' });
      finish(String(id), errorOfGraphql(errors, nowhere));
    } else if (found && (type === 'error' || type === 'complete')) {
      finish(String(id), type === 'error' ? errorOfGraphql(payload as unknown[], nowhere) : null);
    }
  }

  ws.addEventListener('open', async () => {
    try {
      const payload = await credentials.header();
      ({ value: token } = credentials);
      say({ type: 'connection_init', payload });
    } catch (error) {
      end(error, error instanceof SightlineError ? error : undefined);
    }
  });
  ws.addEventListener('message', ({ data }) => {
    if (isOver) return;
    try {
      hear(JSON.parse(data as string) as Message);
    } catch {
      return end({ code: 4004, reason: 'Bad response' });
    }
    if (isAcknowledged && !isOver) watch();
  });
  ws.addEventListener('close', (event) => end(event));
  ws.addEventListener('error', (event) => end(event));
  timer = setTimeout(() => end({ code: 4408, reason: 'Connection acknowledgement timeout' }), settings.timeoutMs);

  return {
    get token() {
      return token;
    },
    subscribe(payload, sink) {
      const id = String((count += 1));
      active.set(id, { sink, payload });
      if (isAcknowledged) {
        sink.open?.();
        start(id, payload);
      }
      return () => {
        if (!active.delete(id)) return;
        if (isAcknowledged) say({ id, type: 'complete' });
        leaveIfUnused();
      };
    },
    close: (error) => end(null, error),
  };
}
