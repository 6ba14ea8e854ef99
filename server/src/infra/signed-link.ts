import { createHmac, timingSafeEqual } from 'node:crypto';
import type { SignedRequest } from '../ports.ts';

/** The query of a link: everything it allows, and proof that we allowed it. */
export function signLink(request: SignedRequest, signingKey: string): URLSearchParams {
  const { method, expiresAt, contentType, byteSize } = request;
  return new URLSearchParams({
    method,
    // Whole seconds, rounded up: a link never lives shorter than promised.
    expires: String(Math.ceil(expiresAt.getTime() / 1000)),
    type: contentType,
    size: String(byteSize),
    signature: signatureOf(request, signingKey),
  });
}

/** The request a link was made for; null when it is not a link of ours or has been changed. Says nothing about its age. */
export function readLink(key: string, query: Record<string, unknown>, signingKey: string): SignedRequest | null {
  const { method, expires, type, size, signature } = query;
  if (method !== 'GET' && method !== 'PUT') return null;
  if (typeof type !== 'string' || typeof signature !== 'string') return null;
  const [expiresSeconds, byteSize] = [wholeNumber(expires), wholeNumber(size)];
  if (expiresSeconds === null || byteSize === null) return null;
  const request = { method, key, expiresAt: new Date(expiresSeconds * 1000), contentType: type, byteSize } as const;
  return isEqual(signature, signatureOf(request, signingKey)) ? request : null;
}

function signatureOf({ method, key, expiresAt, contentType, byteSize }: SignedRequest, signingKey: string): string {
  // One field a line: none of them can hold a line break, so no two requests read the same.
  const text = ['sightline-link-1', method, key, Math.ceil(expiresAt.getTime() / 1000), contentType, byteSize].join(
    '\n',
  );
  return createHmac('sha256', signingKey).update(text).digest('base64url');
}

function wholeNumber(value: unknown): number | null {
  return typeof value === 'string' && /^\d{1,12}$/.test(value) ? Number(value) : null;
}

function isEqual(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
