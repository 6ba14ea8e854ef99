import { createClient } from 'graphql-ws/client';
import type { Client as WsClient } from 'graphql-ws/client';
import { ConfigurationError, ConnectionError } from '../errors/connection-errors.ts';
import { errorOfGraphql } from '../errors/read-errors.ts';
import type { SightlineError } from '../errors/sightline-error.ts';
import type { Settings } from '../options.ts';
import type { Credentials } from './credentials.ts';
import { errorOfClose } from './close-codes.ts';

export type Sink = {
  next(data: unknown): void;
  /** The subscription is over: null when the server completed it. Called once. */
  end(error: SightlineError | null): void;
};

export type Socket = {
  /** Starts a subscription, opening the connection if need be. The result ends it without calling the sink again. */
  subscribe(request: { query: string; variables: object }, sink: Sink): () => void;
  /** Closes the connection; every subscription ends with a ConnectionError, and the next one opens a new connection. */
  reset(): void;
};

/** One WebSocket and what is subscribed over it. A new connection starts with its own: what happens to the old one is not its business. */
type Connection = { ws: WsClient; active: Map<Sink, () => void> };

type Deps = { settings: Settings; credentials: Credentials };

/** One connection that all subscriptions of a client share. It never reconnects by itself: only a subscription knows how to resume. */
export function createSocket({ settings, credentials }: Deps): Socket {
  const { logger } = settings;
  let current: Connection | null = null;

  function connect(): Connection {
    if (!settings.webSocket) {
      throw new ConfigurationError(
        'There is no global WebSocket here. Pass one as `webSocket`: the class of the package `ws`.',
      );
    }
    let pong: ReturnType<typeof setTimeout> | undefined;
    const active: Connection['active'] = new Map();
    const ws = createClient({
      url: `${settings.baseUrl.replace(/^http/, 'ws')}/graphql`,
      webSocketImpl: settings.webSocket,
      connectionParams: () => credentials.header(),
      connectionAckWaitTimeout: settings.timeoutMs,
      retryAttempts: 0,
      keepAlive: settings.heartbeatMs,
      on: {
        connected: () => logger.info('subscriptions connected', { url: settings.baseUrl }),
        closed: (event) => {
          clearTimeout(pong);
          if (current?.ws === ws) current = null;
          if (active.size > 0) logger.info('subscriptions disconnected', { code: (event as Partial<CloseEvent>).code });
          // Before graphql-ws looks: it would subscribe again with variables that are out of date.
          finishAll(active, errorOfClose(event));
        },
        ping: (received) => {
          // A connection can be dead for minutes before TCP notices.
          if (!received) pong = setTimeout(() => ws.terminate(), settings.heartbeatMs);
        },
        pong: (received) => {
          if (received) clearTimeout(pong);
        },
      },
    });
    return { ws, active };
  }

  return {
    subscribe({ query, variables }, sink) {
      current ??= connect();
      const { ws, active } = current;
      const fail = (error: SightlineError | null) => finish(active, sink, error);
      const unsubscribe = ws.subscribe<unknown>(
        { query, variables: { ...variables } },
        {
          next: ({ data, errors }) => {
            if (errors) fail(errorOfGraphql(errors, nowhere));
            else if (active.has(sink)) sink.next(data);
          },
          error: (failure) => fail(Array.isArray(failure) ? errorOfGraphql(failure, nowhere) : errorOfClose(failure)),
          complete: () => fail(null),
        },
      );
      active.set(sink, unsubscribe);
      return () => {
        if (active.delete(sink)) unsubscribe();
      };
    },

    reset() {
      const closing = current;
      current = null;
      if (!closing) return;
      finishAll(closing.active, new ConnectionError('The connection was closed to open a new one.'));
      // It waits for a connection that is still being made, and that may fail.
      Promise.resolve(closing.ws.dispose()).catch(() => {});
    },
  };
}

/** Errors that come over a socket carry their own request id, and there is no HTTP status. */
const nowhere = { requestId: null, status: null };

function finish(active: Connection['active'], sink: Sink, error: SightlineError | null): void {
  const unsubscribe = active.get(sink);
  if (!unsubscribe) return;
  active.delete(sink);
  unsubscribe();
  sink.end(error);
}

function finishAll(active: Connection['active'], error: SightlineError): void {
  for (const sink of [...active.keys()]) finish(active, sink, error);
}
