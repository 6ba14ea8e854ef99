import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openKeychain } from './keychain.ts';
import { openMachineKey } from './machine-key.ts';
import { openSecretFiles } from './secret-files.ts';
import type { SecretStore } from './secret-store.ts';

export type SecretsOptions = {
  /** By which the keychain shows whose secrets these are: the program's name. */
  service: string;
  /** A folder for the files, and their key, where there is no keychain; made where it is missing, for its owner alone. */
  directory: string;
  /** Null never asks the keychain: for machines without a person, and for tests. */
  keychain?: SecretStore | null | undefined;
};

/** The keychain of this machine where it keeps what it is given, and sealed files where not; `kind` says which it is. */
export async function openSecrets({ service, directory, keychain }: SecretsOptions) {
  const found = keychain === undefined ? await openKeychain(service) : keychain;
  const keyPath = join(directory, 'key');
  if (found) {
    const kept = await readFile(keyPath).catch(() => null);
    return { ...(kept ? movedInto(found, openSecretFiles(directory, kept)) : found), kind: 'keychain' as const };
  }
  return { ...openSecretFiles(directory, await openMachineKey(keyPath)), kind: 'files' as const };
}

/** The keychain was not there the last time: what was put into files then is the newest, goes over, and stays behind nowhere. */
function movedInto(keychain: SecretStore, files: SecretStore): SecretStore {
  return {
    async get(name) {
      const left = await files.get(name);
      if (left === null) return keychain.get(name);
      await keychain.set(name, left);
      await files.delete(name);
      return left;
    },
    async set(name, value) {
      await keychain.set(name, value);
      await files.delete(name);
    },
    async delete(name) {
      await files.delete(name);
      await keychain.delete(name);
    },
  };
}
