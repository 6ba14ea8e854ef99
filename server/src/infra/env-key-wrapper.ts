import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import type { KeyWrapper } from '../ports/key-wrapper.ts';

const nonceBytes = 12;
const tagBytes = 16;

/** Wraps with secrets of the configuration, AES-256-GCM. The first one is the current one. */
export function createEnvKeyWrapper(secrets: readonly { id: string; secret: string }[]): KeyWrapper {
  const keys = new Map(secrets.map(({ id, secret }) => [id, createHash('sha256').update(secret).digest()]));
  const [current] = secrets;
  if (!current) throw new Error('There is no key to wrap with.');

  function keyOf(id: string): Buffer {
    const key = keys.get(id);
    if (!key) throw new Error(`The key “${id}” wrapped what is needed, and ENCRYPTION_KEYS does not have it.`);
    return key;
  }

  return {
    currentKeyId: current.id,
    async wrap(key) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', keyOf(current.id), nonce);
      return Buffer.concat([nonce, cipher.update(key), cipher.final(), cipher.getAuthTag()]);
    },
    async unwrap(keyId, wrapped) {
      const end = wrapped.length - tagBytes;
      const decipher = createDecipheriv('aes-256-gcm', keyOf(keyId), wrapped.subarray(0, nonceBytes));
      decipher.setAuthTag(wrapped.subarray(end));
      return Buffer.concat([decipher.update(wrapped.subarray(nonceBytes, end)), decipher.final()]);
    },
  };
}
