import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { SecretStore } from './secret-store.ts';
import { writeWhole } from './write-whole.ts';

/** Turns secrets into what may lie on a disk and back. `open` throws, or gives null, where it was not sealed by this and for this name. */
export type Seal = {
  seal(name: string, value: string): Promise<Uint8Array> | Uint8Array;
  open(name: string, sealed: Uint8Array): Promise<string> | string;
};

/** One file a secret, so that programs that write at the same time take nothing from each other. The name does not show. */
export function openSealedFiles(directory: string, { seal, open }: Seal): SecretStore {
  const pathOf = (name: string) =>
    join(directory, `${createHash('sha256').update(name).digest('hex').slice(0, 32)}.secret`);
  return {
    async get(name) {
      const sealed = await readFile(pathOf(name)).catch(nullIfMissing);
      if (!sealed) return null;
      try {
        return await open(name, sealed);
      } catch {
        // Of another key, or changed by somebody: whoever needs it has to get it anew.
        return null;
      }
    },
    async set(name, value) {
      await writeWhole(pathOf(name), await seal(name, value));
    },
    async delete(name) {
      await rm(pathOf(name), { force: true });
    },
  };
}

/** Secrets in files of a folder, sealed by AES-256-GCM under a key of 32 bytes. */
export const openSecretFiles = (directory: string, key: Uint8Array): SecretStore =>
  openSealedFiles(directory, sealWith(key));

const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

function sealWith(key: Uint8Array): Seal {
  return {
    seal(name, value) {
      const nonce = randomBytes(nonceBytes);
      // The name is sealed in as well: one file put in the place of another opens nothing.
      const cipher = createCipheriv(algorithm, key, nonce).setAAD(Buffer.from(name));
      const sealed = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
    },
    open(name, bytes) {
      const nonce = bytes.subarray(0, nonceBytes);
      const tag = bytes.subarray(nonceBytes, nonceBytes + tagBytes);
      const decipher = createDecipheriv(algorithm, key, nonce, { authTagLength: tagBytes });
      decipher.setAAD(Buffer.from(name)).setAuthTag(tag);
      const text = Buffer.concat([decipher.update(bytes.subarray(nonceBytes + tagBytes)), decipher.final()]);
      return text.toString('utf8');
    },
  };
}

export function nullIfMissing(error: unknown): null {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
  throw error;
}
