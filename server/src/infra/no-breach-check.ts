import type { BreachCheck } from '../ports/breach-check.ts';

/** Asks nobody, and finds nothing. */
export const noBreachCheck: BreachCheck = { isBreached: async () => false };
