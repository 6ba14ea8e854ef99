import { randomBytes } from 'node:crypto';

const prefix = 'sli_';
const idBytes = 16;
const secretBytes = 32;

/** A new code for the visit of this id: it names the visit, and is worth something only because of what follows. */
export function visitCode(id: string): string {
  const bytes = Buffer.concat([Buffer.from(id.replaceAll('-', ''), 'hex'), randomBytes(secretBytes)]);
  return prefix + bytes.toString('base64url');
}

/** The id of the visit that a code names; null for what is no code. */
export function visitOf(code: string): string | null {
  if (!/^sli_[A-Za-z0-9_-]{64}$/.test(code)) return null;
  const hex = Buffer.from(code.slice(prefix.length), 'base64url').subarray(0, idBytes).toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
