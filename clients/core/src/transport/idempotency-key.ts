/** By which one mutation is known however often it is sent: nobody else ever makes the same. */
export function newIdempotencyKey(): string {
  // Browsers offer `randomUUID` on https and localhost only.
  const { crypto } = globalThis;
  if (crypto.randomUUID) return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
