import { createHash, randomBytes } from 'node:crypto';
import { base32 } from './totp.ts';

const count = 10;
/** 80 random bits: even somebody who has the hashes finds none by trying. */
const codeBytes = 10;

/** Ten new codes as people write them down: four groups of four. */
export function newRecoveryCodes(): string[] {
  return Array.from({ length: count }, () => (base32(randomBytes(codeBytes)).match(/.{4}/g) ?? []).join('-'));
}

/** What somebody typed, as codes are compared: people add spaces, leave out dashes, and do not mind case. */
export function plainCode(typed: string): string {
  return typed.replaceAll(/[\s-]/g, '').toUpperCase();
}

/** Whether this may be a recovery code rather than one of an app. */
export function isRecoveryCode(plain: string): boolean {
  return /^[A-Z2-7]{16}$/.test(plain);
}

/** What is stored. Bound to its user: equal codes of two people have different hashes. */
export function recoveryCodeHash(userId: string, plain: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash('sha256').update(`recovery:${userId}:${plain}`).digest());
}
