import { createHash } from 'node:crypto';

/** SHA-256 of a state, the same for equal states whatever the order of their fields; null where there is none. */
export function stateHash(state: unknown): Uint8Array<ArrayBuffer> | null {
  if (state === undefined || state === null) return null;
  return new Uint8Array(createHash('sha256').update(canonical(state)).digest());
}

/** JSON with sorted keys; bytes as hex, whole numbers beyond JSON's as text, moments as ISO 8601. */
function canonical(value: unknown): string {
  return JSON.stringify(plain(value));
}

function plain(part: unknown): unknown {
  if (typeof part === 'bigint') return part.toString();
  if (part instanceof Date) return part.toISOString();
  if (part instanceof Uint8Array) return Buffer.from(part).toString('hex');
  if (Array.isArray(part)) return part.map(plain);
  if (part === null || typeof part !== 'object') return part;
  const fields = Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(fields.map(([name, field]) => [name, plain(field)]));
}
