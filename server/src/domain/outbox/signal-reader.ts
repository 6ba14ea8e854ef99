import type { Logger } from 'pino';
import type { Bus } from '../../ports.ts';
import { channelOf } from './signals.ts';
import type { Signals, Topic } from './signals.ts';

export type SignalReader = ReturnType<typeof createSignalReader>;
type Deps = { bus: Pick<Bus, 'subscribe'>; log: Pick<Logger, 'error'> };

/** Hears signals of every process. A signal may come twice, or, when the bus loses it, never: poll for what must not be missed. */
export function createSignalReader({ bus, log }: Deps) {
  return {
    /**
     * Calls `handler` for every signal of `topic`, of one organization or, with null, of all.
     * Resolves once signals told from now on will arrive; the result ends it.
     */
    on<T extends Topic>(
      topic: T,
      organizationId: string | null,
      handler: (payload: Signals[T]) => void,
    ): Promise<() => Promise<void>> {
      return bus.subscribe(channelOf(topic, organizationId), (message) => {
        try {
          handler(JSON.parse(message) as Signals[T]);
        } catch (error) {
          log.error({ err: error, topic }, 'signal handler failed');
        }
      });
    },
  };
}
