import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a refresh token says. Only who knows the family's seed can tell whether it is one. */
export type RefreshToken = { familyId: string; counter: number; mac: Uint8Array };

const prefix = 'slr_';
const shape = /^slr_[A-Za-z0-9_-]{70}$/;
const [idBytes, counterBytes, macBytes] = [16, 4, 32];

/** Number `counter` (from 1) of a family: `slr_` and base64url of family id, counter and HMAC-SHA-256(seed, counter). */
export function makeRefreshToken(familyId: string, seed: Uint8Array, counter: number): string {
  const id = Buffer.from(familyId.replaceAll('-', ''), 'hex');
  return prefix + Buffer.concat([id, counterOf(counter), macOf(seed, counter)]).toString('base64url');
}

/** Null for what has not the shape of one. */
export function readRefreshToken(text: string): RefreshToken | null {
  if (!shape.test(text)) return null;
  const bytes = Buffer.from(text.slice(prefix.length), 'base64url');
  if (bytes.length !== idBytes + counterBytes + macBytes) return null;
  // One token has one spelling: bits that base64url leaves unused stay unused.
  if (prefix + bytes.toString('base64url') !== text) return null;
  const familyId = bytes.toString('hex', 0, idBytes).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  return { familyId, counter: bytes.readUInt32BE(idBytes), mac: bytes.subarray(idBytes + counterBytes) };
}

/** Whether the family's seed made this token. Takes the same time whatever is wrong with it. */
export function isOfFamily({ counter, mac }: RefreshToken, seed: Uint8Array): boolean {
  return timingSafeEqual(mac, macOf(seed, counter));
}

function counterOf(counter: number): Buffer {
  const bytes = Buffer.alloc(counterBytes);
  bytes.writeUInt32BE(counter);
  return bytes;
}

const macOf = (seed: Uint8Array, counter: number) => createHmac('sha256', seed).update(counterOf(counter)).digest();
