import { ConfigurationError } from '../errors/connection-errors.ts';

const encoder = new TextEncoder();

/** What is signed: whoever changes the id or the time has changed the message. */
export function signedBytes(id: string, timestamp: string, payload: string | Uint8Array): Uint8Array<ArrayBuffer> {
  const head = encoder.encode(`${id}.${timestamp}.`);
  const body = typeof payload === 'string' ? encoder.encode(payload) : payload;
  const bytes = new Uint8Array(head.length + body.length);
  bytes.set(head);
  bytes.set(body, head.length);
  return bytes;
}

/** The keys of secrets as an endpoint shows them, `whsec_` and base64. Throws ConfigurationError, which never quotes a secret. */
export function keysOf(secret: string | readonly string[]): Promise<CryptoKey[]> {
  const secrets = typeof secret === 'string' ? [secret] : secret;
  if (secrets.length === 0) throw new ConfigurationError('A webhook needs the secret of its endpoint.');
  return Promise.all(
    secrets.map((each) => {
      const bytes = decodeBase64(each.replace(/^whsec_/, ''));
      if (!bytes || bytes.length < shortestSecretBytes)
        throw new ConfigurationError('A webhook secret is whsec_ and at least 16 bytes in base64.');
      return crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify']);
    }),
  );
}

const shortestSecretBytes = 16;

/** Null for what is not base64, which `atob` would partly let pass. */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> | null {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return null;
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

export const encodeBase64 = (bytes: ArrayBuffer): string => btoa(String.fromCharCode(...new Uint8Array(bytes)));
