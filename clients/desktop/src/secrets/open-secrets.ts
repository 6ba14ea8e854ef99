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
  if (found) return { ...found, kind: 'keychain' as const };
  const key = await openMachineKey(join(directory, 'key'));
  return { ...openSecretFiles(directory, key), kind: 'files' as const };
}
