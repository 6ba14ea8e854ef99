import { describe } from 'node:test';
import { buses } from './redis.ts';

/** Defines a suite once for each bus: what holds in one process must hold with Redis between several. */
export function eachBus(define: (bus: 'memory' | 'redis') => void): void {
  for (const { bus, skip } of buses()) describe(`over the ${bus} bus`, { skip }, () => define(bus));
}
