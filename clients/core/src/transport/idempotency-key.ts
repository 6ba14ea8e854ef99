import { hex } from './document.ts';

/** By which one mutation is known however often it is sent: nobody else ever makes the same. */
export function newIdempotencyKey(): string {
  // Browsers offer `randomUUID` on https and localhost only.
  const { crypto } = globalThis;
  if (crypto.randomUUID) return crypto.randomUUID();
  return hex(crypto.getRandomValues(new Uint8Array(16)));
}
