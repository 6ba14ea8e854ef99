import type { SecretStore } from './secret-store.ts';

type Keyring = typeof import('@napi-rs/keyring');

/** Longer than this no keychain takes to say that it is there; one that asks somebody for a password is none for a start. */
const patienceMs = 2_000;
/** Under this name it is tried whether what is written can be read; two programs at once do not try with the same. */
const probeName = `sightline-probe-${process.pid}`;

/**
 * The keychain of this machine: Keychain of macOS, Credential Manager of Windows, the Secret Service of Linux. Null where there is
 * none that keeps what it is given: without its package, without a desktop, or locked.
 */
export async function openKeychain(
  service: string,
  load: () => Promise<Keyring> = loadKeyring,
): Promise<SecretStore | null> {
  try {
    const { AsyncEntry } = await load();
    // The kernel's keyring would be forgotten with the next start of the machine.
    const entryOf = (name: string) => new AsyncEntry(service, name, { linux: { store: 'secret-service' } });
    const store: SecretStore = {
      get: async (name) => (await entryOf(name).getPassword()) ?? null,
      set: (name, value) => entryOf(name).setPassword(value),
      async delete(name) {
        await entryOf(name).deletePassword();
      },
    };
    return (await inTime(keeps(store))) ? store : null;
  } catch {
    return null;
  }
}

async function loadKeyring(): Promise<Keyring> {
  return await import('@napi-rs/keyring');
}

async function keeps(store: SecretStore): Promise<boolean> {
  const value = `${process.pid} ${Date.now()}`;
  await store.set(probeName, value);
  const kept = await store.get(probeName);
  await store.delete(probeName);
  return kept === value;
}

async function inTime(asked: Promise<boolean>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<false>((resolve) => (timer = setTimeout(resolve, patienceMs, false)));
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
  }
}
