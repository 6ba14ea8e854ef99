import { performance } from 'node:perf_hooks';

/** Remembers for a while who made runs fail. */
export type Suspects = { add(tenant: string): void; has(tenant: string): boolean };

const suspicionMs = 10_000;
const countMax = 100;

export function createSuspects(): Suspects {
  const until = new Map<string, number>();
  return {
    add(tenant) {
      until.delete(tenant);
      until.set(tenant, performance.now() + suspicionMs);
      // The oldest goes first: Map keeps the order of insertion.
      if (until.size > countMax) until.delete(until.keys().next().value ?? tenant);
    },
    has(tenant) {
      if (until.size === 0) return false;
      const end = until.get(tenant) ?? 0;
      if (end > performance.now()) return true;
      until.delete(tenant);
      return false;
    },
  };
}
