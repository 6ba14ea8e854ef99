import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { copyFile, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openKeychain, openSafeStorage, openSecretFiles, openSecrets } from '@sightline/desktop';
import type { SecretStore } from '@sightline/desktop';

let root: string;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'sightline-secrets-'));
});
after(() => rm(root, { recursive: true, force: true }));

async function keeps(store: SecretStore): Promise<void> {
  assert.equal(await store.get('a'), null);
  await store.set('a', 'the first');
  await store.set('b', 'ñandú'.repeat(1_000));
  await store.set('a', 'the second');
  assert.deepEqual([await store.get('a'), await store.get('b')], ['the second', 'ñandú'.repeat(1_000)]);
  await store.delete('a');
  await store.delete('a');
  assert.deepEqual([await store.get('a'), await store.get('b')], [null, 'ñandú'.repeat(1_000)]);
}

test('sealed files keep secrets for their owner alone, and say neither what nor whose', async () => {
  const directory = join(root, 'files');
  const store = openSecretFiles(directory, randomBytes(32));
  await keeps(store);
  await store.set('sign-in somewhere', 'a token');
  assert.equal(((await stat(directory)).mode & 0o777).toString(8), '700');
  for (const name of await readdir(directory)) {
    assert.match(name, /^[\da-f]{32}\.secret$/);
    assert.equal(((await stat(join(directory, name))).mode & 0o777).toString(8), '600');
    assert.ok(!(await readFile(join(directory, name), 'latin1')).includes('token'));
  }
});

test('what was changed, cut, put under another name or sealed with another key is no secret', async () => {
  const directory = join(root, 'changed');
  const key = randomBytes(32);
  const store = openSecretFiles(directory, key);
  await store.set('a', 'a token');
  const [file = ''] = await readdir(directory);
  const path = join(directory, file);
  const sealed = await readFile(path);
  for (let index = 0; index < sealed.length; index += 1) {
    const changed = Buffer.from(sealed);
    changed[index]! ^= 1;
    await writeFile(path, changed);
    assert.equal(await store.get('a'), null, `byte ${index}`);
  }
  for (const length of [0, 5, 27, sealed.length - 1]) {
    await writeFile(path, sealed.subarray(0, length));
    assert.equal(await store.get('a'), null);
  }
  await writeFile(path, sealed);
  assert.equal(await store.get('a'), 'a token');
  assert.equal(await openSecretFiles(directory, randomBytes(32)).get('a'), null);
  await store.set('b', 'of b');
  const other = (await readdir(directory)).find((name) => name !== file)!;
  await copyFile(path, join(directory, other));
  assert.equal(await store.get('b'), null);
});

test('without a keychain the key lies beside the files, and is the same the next time and for all who come at once', async () => {
  const directory = join(root, 'opened');
  const given = { service: 'tests', directory, keychain: null };
  const stores = await Promise.all(Array.from({ length: 10 }, () => openSecrets(given)));
  assert.equal(stores[0]?.kind, 'files');
  await Promise.all(stores.map((store, index) => store.set(`name ${index}`, `value ${index}`)));
  const again = await openSecrets(given);
  for (const index of stores.keys()) assert.equal(await again.get(`name ${index}`), `value ${index}`);
  assert.equal(((await stat(join(directory, 'key'))).mode & 0o777).toString(8), '600');
});

type Keyring = Awaited<ReturnType<NonNullable<Parameters<typeof openKeychain>[1]>>>;

/** A keychain as its package has it. */
function fakeKeyring(faults: { write?: () => Promise<void>; forgets?: boolean } = {}) {
  const kept = new Map<string, string>();
  class AsyncEntry {
    readonly #key: string;
    constructor(service: string, name: string) {
      this.#key = `${service}/${name}`;
    }
    async setPassword(value: string) {
      await faults.write?.();
      if (!faults.forgets) kept.set(this.#key, value);
    }
    getPassword = async () => kept.get(this.#key) ?? null;
    deletePassword = async () => kept.delete(this.#key);
  }
  return { kept, load: async () => ({ AsyncEntry }) as unknown as Keyring };
}

test('a keychain that keeps what it is given is taken, and nothing of the trial stays in it', async () => {
  const { kept, load } = fakeKeyring();
  const keychain = await openKeychain('tests', load);
  assert.ok(keychain);
  assert.equal(kept.size, 0);
  await keeps(keychain);
  assert.deepEqual([...kept.keys()], ['tests/b']);
  assert.equal((await openSecrets({ service: 'tests', directory: join(root, 'unused'), keychain })).kind, 'keychain');
});

test('a keychain that forgets, refuses, is not installed or does not answer is none', async () => {
  const refuses = fakeKeyring({ write: () => Promise.reject(new Error('It is locked.')) });
  const silent = fakeKeyring({ write: () => new Promise(() => {}) });
  assert.equal(await openKeychain('tests', fakeKeyring({ forgets: true }).load), null);
  assert.equal(await openKeychain('tests', refuses.load), null);
  assert.equal(await openKeychain('tests', () => Promise.reject(new Error('Cannot find it.'))), null);
  assert.equal(await openKeychain('tests', silent.load), null);
});

test('a keychain that comes back gets what was kept in files meanwhile, and a secret that is deleted is nowhere', async () => {
  const directory = join(root, 'moved');
  const { kept, load } = fakeKeyring();
  const keychain = await openKeychain('tests', load);
  assert.ok(keychain);
  await keychain.set('a', 'of long ago');
  const files = await openSecrets({ service: 'tests', directory, keychain: null });
  for (const name of ['a', 'b', 'c']) await files.set(name, `${name} from a file`);
  const store = await openSecrets({ service: 'tests', directory, keychain });
  assert.equal(await store.get('a'), 'a from a file');
  assert.equal(kept.get('tests/a'), 'a from a file');
  await store.delete('b');
  await store.set('c', 'newer');
  assert.deepEqual(await Promise.all(['a', 'b', 'c'].map((name) => files.get(name))), [null, null, null]);
  assert.deepEqual(await Promise.all(['a', 'b', 'c'].map((name) => store.get(name))), ['a from a file', null, 'newer']);
});

test('what a keychain takes no more is told, lies in a sealed file, and goes over once it takes it again', async () => {
  const directory = join(root, 'refusing');
  const state = { isLocked: false };
  const { kept, load } = fakeKeyring({
    write: () => (state.isLocked ? Promise.reject(new Error('It is locked.')) : Promise.resolve()),
  });
  const keychain = await openKeychain('tests', load);
  const told: string[] = [];
  const given = {
    service: 'tests',
    directory,
    keychain,
    logger: { warn: (message: string) => void told.push(message) },
  };
  const store = await openSecrets(given);
  await store.set('a', 'of before');
  assert.deepEqual(told, []);
  state.isLocked = true;
  await store.set('a', 'renewed');
  assert.equal(told.length, 1);
  assert.match(told[0] ?? '', /sealed file/);
  for (const name of await readdir(directory))
    assert.ok(!(await readFile(join(directory, name), 'latin1')).includes('renewed'));
  // The next start, and the one after which the keychain is back.
  assert.equal(await (await openSecrets(given)).get('a'), 'renewed');
  assert.equal(kept.get('tests/a'), 'of before');
  state.isLocked = false;
  assert.equal(await (await openSecrets(given)).get('a'), 'renewed');
  assert.equal(kept.get('tests/a'), 'renewed');
  assert.deepEqual(await readdir(directory), ['key']);
});

test('Electron seals for us where it can', async () => {
  const mask = (bytes: Uint8Array) => bytes.map((byte) => byte ^ 0x5a);
  const safeStorage = {
    isEncryptionAvailable: () => true,
    encryptString: (text: string) => mask(Buffer.from(text)),
    decryptString: (sealed: Buffer) => Buffer.from(mask(sealed)).toString(),
  };
  const store = openSafeStorage(join(root, 'electron'), safeStorage);
  assert.ok(store);
  await keeps(store);
  assert.equal(openSafeStorage(root, { ...safeStorage, isEncryptionAvailable: () => false }), null);
});
