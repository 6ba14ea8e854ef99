import { createHmac, timingSafeEqual } from 'node:crypto';

/** How a code is made; what authenticator apps understand without being told is SHA-1, six digits, 30 seconds. */
type Shape = { algorithm?: 'sha1' | 'sha256' | 'sha512'; digits?: number };

export const totpPeriodSeconds = 30;

/** Apps whose clock is a step off are common; more than one step is a wrong clock. */
const tolerance = 1;

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The 30 s step that a moment belongs to. */
export function totpStep(now: Date): number {
  return Math.floor(now.getTime() / 1000 / totpPeriodSeconds);
}

/** The code of one step (RFC 6238 on RFC 4226). */
export function totpCode(secret: Uint8Array, step: number, { algorithm = 'sha1', digits = 6 }: Shape = {}): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const digest = createHmac(algorithm, secret).update(counter).digest();
  const offset = (digest.at(-1) ?? 0) & 0xf;
  const number = digest.readUInt32BE(offset) & 0x7fff_ffff;
  return String(number % 10 ** digits).padStart(digits, '0');
}

/**
 * The step whose code this is, of the present one and its neighbours; null when it is none of theirs. All are compared,
 * whichever is right.
 */
export function matchingStep(secret: Uint8Array, code: string, now: Date): number | null {
  const present = totpStep(now);
  const given = Buffer.from(code);
  let match: number | null = null;
  for (let step = present - tolerance; step <= present + tolerance; step += 1) {
    const expected = Buffer.from(totpCode(secret, step));
    if (expected.length === given.length && timingSafeEqual(expected, given)) match = step;
  }
  return match;
}

/** Base 32 of RFC 4648 without padding, as apps take secrets that are typed. */
export function base32(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{1,5}/g) ?? []).map((five) => alphabet[Number.parseInt(five.padEnd(5, '0'), 2)]).join('');
}

/** What an authenticator app reads from a QR code. */
export function totpUri({ secret, account, issuer }: { secret: Uint8Array; account: string; issuer: string }): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(account)}`;
  const shape = `algorithm=SHA1&digits=6&period=${totpPeriodSeconds}`;
  return `otpauth://totp/${label}?secret=${base32(secret)}&issuer=${encodeURIComponent(issuer)}&${shape}`;
}
