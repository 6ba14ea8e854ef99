import { openSealedFiles } from './secret-files.ts';
import type { SecretStore } from './secret-store.ts';

/** What we use of Electron's `safeStorage`. */
export type SafeStorage = {
  isEncryptionAvailable(): boolean;
  encryptString(text: string): Uint8Array;
  decryptString(sealed: Buffer): string;
};

/**
 * Secrets in files of a folder, sealed by Electron with a key that the system keeps. Null where Electron says it has none: then take
 * `openSecrets`. Its main process alone may ask, after `app.whenReady()`.
 */
export function openSafeStorage(directory: string, safeStorage: SafeStorage): SecretStore | null {
  if (!safeStorage.isEncryptionAvailable()) return null;
  return openSealedFiles(directory, {
    seal: (name, value) => safeStorage.encryptString(JSON.stringify([name, value])),
    open(name, sealed) {
      const [sealedName, value] = JSON.parse(safeStorage.decryptString(Buffer.from(sealed))) as [string, string];
      if (sealedName !== name) throw new TypeError('This is the secret of another name.');
      return value;
    },
  });
}
