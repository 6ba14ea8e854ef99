import { createClient } from 'graphql-ws/client';
import type { Client as WsClient } from 'graphql-ws/client';
import { ConfigurationError, ConnectionError } from '../errors/connection-errors.ts';
import { errorOfGraphql } from '../errors/read-errors.ts';
import type { SightlineError } from '../errors/sightline-error.ts';
import type { Settings } from '../options.ts';
import type { Credentials } from './credentials.ts';
import { errorOfClose } from './close-codes.ts';
import type { Live, Sink } from './transport.ts';

/** One WebSocket and what is subscribed over it. A new connection starts with its own: what happens to the old one is not its business. */
type Connection = { ws: WsClient; active: Map<Sink, () => void>; token: string | null };

type Deps = { settings: Settings; credentials: Credentials };

/** One connection that all subscriptions of a client share. It never reconnects by itself: only a subscription knows how to resume. */
export function createSocket({ settings, credentials }: Deps): Live {
  const { logger } = settings;
  let current: Connection | null = null;
  /** Beside the current one those whose token was renewed: what is subscribed over them goes on until that ends. */
  const connections = new Set<Connection>();

  function connect(): Connection {
    if (!settings.webSocket) {
      throw new ConfigurationError(
        'There is no global WebSocket here. Pass one as `webSocket`: the class of the package `ws`.',
      );
    }
    let pong: ReturnType<typeof setTimeout> | undefined;
    const active: Connection['active'] = new Map();
    const opened = { token: credentials.value };
    const ws = createClient({
      url: `${settings.baseUrl.replace(/^http/, 'ws')}/graphql`,
      webSocketImpl: settings.webSocket,
      connectionParams: async () => {
        const header = await credentials.header();
        opened.token = credentials.value;
        return header;
      },
      connectionAckWaitTimeout: settings.timeoutMs,
      retryAttempts: 0,
      keepAlive: settings.heartbeatMs,
      on: {
        connected: () => logger.info('subscriptions connected', { url: settings.baseUrl }),
        closed: (event) => {
          clearTimeout(pong);
          if (current?.ws === ws) current = null;
          connections.delete(connection);
          if (active.size > 0) logger.info('subscriptions disconnected', { code: (event as Partial<CloseEvent>).code });
          // Before graphql-ws looks: it would subscribe again with variables that are out of date.
          finishAll({ active, ...opened }, errorOfClose(event));
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
    const connection: Connection = Object.assign(opened, { ws, active });
    connections.add(connection);
    return connection;
  }

  return {
    subscribe({ query, variables }, sink) {
      // The server looks at a token when a connection opens: what was renewed since needs another.
      if (current && current.token !== credentials.value) current = null;
      const connection = (current ??= connect());
      const { ws, active } = connection;
      const fail = (error: SightlineError | null) => finish(connection, sink, error);
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
      current = null;
      for (const closing of connections) {
        connections.delete(closing);
        finishAll(closing, new ConnectionError('The connection was closed to open a new one.'));
        // It waits for a connection that is still being made, and that may fail.
        Promise.resolve(closing.ws.dispose()).catch(() => {});
      }
    },
  };
}

/** Errors that come over a socket carry their own request id, and there is no HTTP status. */
const nowhere = { requestId: null, status: null };

type Subscribed = Pick<Connection, 'active' | 'token'>;

function finish({ active, token }: Subscribed, sink: Sink, error: SightlineError | null): void {
  const unsubscribe = active.get(sink);
  if (!unsubscribe) return;
  active.delete(sink);
  unsubscribe();
  sink.end(error, token);
}

function finishAll(subscribed: Subscribed, error: SightlineError): void {
  for (const sink of [...subscribed.active.keys()]) finish(subscribed, sink, error);
}
