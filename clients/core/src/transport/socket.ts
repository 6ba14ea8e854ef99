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

const pingEveryMs = 15_000;
const pongWithinMs = 10_000;

type Deps = { settings: Settings; credentials: Credentials };

/** One connection that all subscriptions of a client share. It never reconnects by itself: only a subscription knows how to resume. */
export function createSocket({ settings, credentials }: Deps): Socket {
  const { logger } = settings;
  let client: WsClient | null = null;
  const active = new Map<Sink, () => void>();

  function finish(sink: Sink, error: SightlineError | null) {
    const unsubscribe = active.get(sink);
    if (!unsubscribe) return;
    active.delete(sink);
    unsubscribe();
    sink.end(error);
  }

  function connect(): WsClient {
    if (!settings.webSocket) {
      throw new ConfigurationError('There is no global WebSocket here. Pass one as `webSocket`: the class of the package `ws`.');
    }
    let pong: ReturnType<typeof setTimeout> | undefined;
    const created = createClient({
      url: `${settings.baseUrl.replace(/^http/, 'ws')}/graphql`,
      webSocketImpl: settings.webSocket,
      connectionParams: () => credentials.header(),
      connectionAckWaitTimeout: settings.timeoutMs,
      retryAttempts: 0,
      keepAlive: pingEveryMs,
      on: {
        connected: () => logger.info('subscriptions connected', { url: settings.baseUrl }),
        closed: (event) => {
          clearTimeout(pong);
          if (client === created) client = null;
          if (active.size > 0) logger.info('subscriptions disconnected', { code: (event as Partial<CloseEvent>).code });
          // Before graphql-ws looks: it would subscribe again with variables that are out of date.
          for (const sink of [...active.keys()]) finish(sink, errorOfClose(event));
        },
        ping: (received) => {
          // A connection can be dead for minutes before TCP notices.
          if (!received) pong = setTimeout(() => created.terminate(), pongWithinMs);
        },
        pong: (received) => {
          if (received) clearTimeout(pong);
        },
      },
    });
    return created;
  }

  return {
    subscribe(request, sink) {
      client ??= connect();
      const unsubscribe = client.subscribe<unknown>(
        { query: request.query, variables: { ...request.variables } },
        {
          next: ({ data, errors }) => {
            if (!active.has(sink)) return;
            if (!errors) return sink.next(data);
            finish(sink, errorOfGraphql(errors, { requestId: null, status: null }));
          },
          error: (failure) =>
            finish(
              sink,
              Array.isArray(failure) ? errorOfGraphql(failure, { requestId: null, status: null }) : errorOfClose(failure),
            ),
          complete: () => finish(sink, null),
        },
      );
      active.set(sink, unsubscribe);
      return () => {
        if (active.delete(sink)) unsubscribe();
      };
    },
    reset() {
      const open = client;
      client = null;
      for (const sink of [...active.keys()]) finish(sink, new ConnectionError('The connection was closed to open a new one.'));
      // It waits for a connection that is still being made, and that may fail.
      Promise.resolve(open?.dispose()).catch(() => {});
    },
  };
}
