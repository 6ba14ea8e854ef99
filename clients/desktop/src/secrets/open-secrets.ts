import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '@sightline/core';
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
  /** Told where the keychain takes something no more. */
  logger?: Pick<Logger, 'warn'> | undefined;
};

/** The keychain of this machine where it keeps what it is given, and sealed files where not; `kind` says which it is. */
export async function openSecrets({ service, directory, keychain, logger }: SecretsOptions) {
  const found = keychain === undefined ? await openKeychain(service) : keychain;
  const keyPath = join(directory, 'key');
  const makeFiles = async () => openSecretFiles(directory, await openMachineKey(keyPath));
  if (!found) return { ...(await makeFiles()), kind: 'files' as const };
  const findFiles = async () => {
    const key = await readFile(keyPath).catch(() => null);
    return key && openSecretFiles(directory, key);
  };
  return { ...withFiles(found, { findFiles, makeFiles, logger }), kind: 'keychain' as const };
}

type Files = {
  /** Null where nothing was ever put into any. */
  findFiles(): Promise<SecretStore | null>;
  makeFiles(): Promise<SecretStore>;
  logger: Pick<Logger, 'warn'> | undefined;
};

/**
 * What the keychain does not take goes into files, and is the newest then. Once the keychain takes it, it goes over, and stays
 * behind nowhere.
 */
function withFiles(keychain: SecretStore, { findFiles, makeFiles, logger }: Files): SecretStore {
  return {
    async get(name) {
      const files = await findFiles();
      const left = (await files?.get(name)) ?? null;
      if (left === null) return keychain.get(name);
      try {
        await keychain.set(name, left);
        await files?.delete(name);
      } catch {
        // It is where it was.
      }
      return left;
    },
    async set(name, value) {
      try {
        await keychain.set(name, value);
      } catch (error) {
        logger?.warn('the keychain took no secret: it is in a sealed file', { cause: String(error) });
        return (await makeFiles()).set(name, value);
      }
      await (await findFiles())?.delete(name);
    },
    async delete(name) {
      await (await findFiles())?.delete(name);
      await keychain.delete(name);
    },
  };
}
