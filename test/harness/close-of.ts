import type { EventEmitter } from 'node:events';

/**
 * Resolves when it is closed, whichever way: `once(…, 'close')` rejects when the other end resets the connection, and a
 * server that does not read all that was sent to it does just that.
 */
export function closeOf(it: EventEmitter): Promise<void> {
  return new Promise((resolve) => {
    it.on('error', () => undefined).once('close', () => resolve());
  });
}
