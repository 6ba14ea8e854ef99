import { ConnectionError } from '../errors/connection-errors.ts';
import type { Settings } from '../options.ts';
import { openConnection } from './connection.ts';
import type { Connection } from './connection.ts';
import type { Credentials } from './credentials.ts';
import type { Live } from './transport.ts';

/** One connection that all subscriptions of a client share. It never reconnects by itself: only a subscription knows how to resume. */
export function createSocket({ settings, credentials }: { settings: Settings; credentials: Credentials }): Live {
  let current: Connection | null = null;
  /** Beside the current one those whose token was renewed: what is subscribed over them goes on until that ends. */
  const connections = new Set<Connection>();

  function connect(): Connection {
    const onClosed = () => {
      connections.delete(connection);
      if (current === connection) current = null;
    };
    const connection = openConnection({ settings, credentials, onClosed });
    connections.add(connection);
    return connection;
  }

  return {
    subscribe(request, sink) {
      // The server looks at a token when a connection opens: what was renewed since needs another.
      if (current && current.token !== credentials.value) current = null;
      current ??= connect();
      return current.subscribe(request, sink);
    },

    reset() {
      for (const connection of connections)
        connection.close(new ConnectionError('The connection was closed to open a new one.'));
    },
  };
}
