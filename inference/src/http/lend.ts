import { SidecarError } from '../errors.ts';
import type { Borrowed, ModelRegistry } from '../models/served-model.ts';

export type Lend = ReturnType<typeof createLend>;

/** A model that is not in memory yet is asked for again a little later. */
const retryAfterMs = 2_000;

/** Lends models to requests: the default one for null, and those that have to be loaded first only within the time. */
export function createLend({ registry, timeoutMs }: { registry: ModelRegistry; timeoutMs: number }) {
  /** Throws what the registry throws; MODEL_NOT_READY while loading takes longer than `limitMs`. */
  return async function lend(
    name: string | null,
    version: string | null,
    signal: AbortSignal,
    limitMs: number = timeoutMs,
  ): Promise<Borrowed> {
    const wanted = name ?? registry.defaultName;
    if (registry.peek(wanted, version)) return registry.borrow(wanted, version, signal);
    const late = AbortSignal.timeout(Math.ceil(limitMs));
    try {
      return await registry.borrow(wanted, version, AbortSignal.any([signal, late]));
    } catch (error) {
      if (!late.aborted || signal.aborted || error instanceof SidecarError) throw error;
      throw new SidecarError('MODEL_NOT_READY', `The model '${wanted}' is being loaded.`, { retryAfterMs });
    }
  };
}
