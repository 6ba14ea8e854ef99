import type { Logger } from 'pino';

type OnMessage = (message: string) => void;
export type HandlerEntry = { readonly channel: string; readonly onMessage: OnMessage };

/** Who listens to which channel of a bus, and how many still do. */
export function createHandlerTable(log: Pick<Logger, 'error'>) {
  const byChannel = new Map<string, Set<HandlerEntry>>();
  return {
    channels: () => [...byChannel.keys()],
    has: (channel: string) => byChannel.has(channel),
    add(channel: string, onMessage: OnMessage): HandlerEntry {
      const entry = { channel, onMessage };
      const entries = byChannel.get(channel);
      if (entries) entries.add(entry);
      else byChannel.set(channel, new Set([entry]));
      return entry;
    },
    /** True when it was the last of its channel. */
    remove(entry: HandlerEntry): boolean {
      const entries = byChannel.get(entry.channel);
      if (!entries?.delete(entry) || entries.size > 0) return false;
      return byChannel.delete(entry.channel);
    },
    deliver(channel: string, message: string): void {
      for (const { onMessage } of [...(byChannel.get(channel) ?? [])]) {
        try {
          onMessage(message);
        } catch (error) {
          log.error({ err: error, channel }, 'bus handler failed');
        }
      }
    },
    clear(): void {
      byChannel.clear();
    },
  };
}
