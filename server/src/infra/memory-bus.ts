import type { Logger } from 'pino';
import type { Bus } from '../ports.ts';
import { createHandlerTable } from './handler-table.ts';

type Deps = { log: Pick<Logger, 'error'> };

/** A bus for one process: the embedded default. */
export function createMemoryBus({ log }: Deps): Bus {
  const handlers = createHandlerTable(log);
  return {
    async publish(channel, message) {
      // Later, as over a network: a publisher never runs its readers' code, nor waits for it.
      setImmediate(() => handlers.deliver(channel, message));
    },
    async subscribe(channel, onMessage) {
      const entry = handlers.add(channel, onMessage);
      return async () => {
        handlers.remove(entry);
      };
    },
    async check() {},
    async [Symbol.asyncDispose]() {
      handlers.clear();
    },
  };
}
