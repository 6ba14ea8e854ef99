import { createCipheriv, createDecipheriv, randomBytes, randomUUIDv7 } from 'node:crypto';
import type { KeyWrapper } from '../../ports/key-wrapper.ts';
import type { Sql } from '../../transaction.ts';
import { addDataKeySql, currentDataKeySql, findDataKeySql } from './secrets.queries.ts';

/**
 * What a sealed secret is for, such as `totp:<user id>`. It opens under the same words only, so that nobody can put one
 * person's secret in another's row.
 */
export type Purpose = `${string}:${string}`;

export type SecretBox = {
  seal(secret: Uint8Array | string, purpose: Purpose): Promise<Uint8Array<ArrayBuffer>>;
  /** Throws when it was sealed for another purpose, was changed, or its key is gone. */
  open(sealed: Uint8Array, purpose: Purpose): Promise<Buffer>;
  /** Looks again which data key seals, and makes one if there is none. Gives its id. */
  refresh(): Promise<string>;
};

/** How long a process goes on to seal with a data key after it was retired. */
export const currentKeyMaxAgeMs = 5_000;

type Deps = { pool: Sql; keys: KeyWrapper };
type DataKeyRow = { id: string; wrappedBy: string; wrapped: Uint8Array };
type DataKey = { id: string; key: Uint8Array };

const version = 1;
const idBytes = 16;
const nonceBytes = 12;
const tagBytes = 16;
const headBytes = 1 + idBytes + nonceBytes;

/**
 * Envelope encryption: a secret is sealed with a data key of the database, which a key from elsewhere wraps.
 * A sealed secret is: version (1 byte), id of the data key (16), nonce (12), AES-256-GCM of the secret, tag (16).
 */
export function createSecretBox({ pool, keys }: Deps): SecretBox {
  /** Unwrapped once in the life of this process. */
  const known = new Map<string, Promise<DataKey>>();
  let current: Promise<DataKey> | null = null;
  let lookedAt = 0;

  async function unwrap({ id, wrappedBy, wrapped }: DataKeyRow): Promise<DataKey> {
    return { id, key: await keys.unwrap(wrappedBy, wrapped) };
  }

  async function findKey(id: string): Promise<DataKey> {
    const { rows } = await pool.query<DataKeyRow>({ ...findDataKeySql, values: [id] });
    if (!rows[0]) throw new Error(`The data key ${id} is gone.`);
    return unwrap(rows[0]);
  }

  async function currentKey(): Promise<DataKey> {
    const { rows } = await pool.query<DataKeyRow>({ ...currentDataKeySql, values: [keys.currentKeyId] });
    if (rows[0]) return unwrap(rows[0]);
    const key = randomBytes(32);
    const id = randomUUIDv7();
    await pool.query({ ...addDataKeySql, values: [id, keys.currentKeyId, Buffer.from(await keys.wrap(key))] });
    return { id, key };
  }

  /** Asked once by many; what failed is asked again. */
  function keyOf(id: string): Promise<DataKey> {
    let asked = known.get(id);
    if (!asked) {
      asked = findKey(id);
      known.set(id, asked);
      asked.catch(() => known.delete(id));
    }
    return asked;
  }

  /** The same, and a look at the database now and then: another process may have retired it. */
  function sealingKey(): Promise<DataKey> {
    // How long a process may go on is a matter of its own clock, not of the time of day.
    if (performance.now() - lookedAt > currentKeyMaxAgeMs) current = null;
    if (current) return current;
    lookedAt = performance.now();
    const asked = currentKey();
    current = asked;
    asked.catch(() => {
      if (current === asked) current = null;
    });
    return asked;
  }

  return {
    async refresh() {
      current = null;
      return (await sealingKey()).id;
    },

    async seal(secret, purpose) {
      const { id, key } = await sealingKey();
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', key, nonce);
      cipher.setAAD(Buffer.from(purpose));
      const text = [cipher.update(typeof secret === 'string' ? Buffer.from(secret) : secret), cipher.final()];
      const head = [Buffer.from([version]), Buffer.from(id.replaceAll('-', ''), 'hex'), nonce];
      return new Uint8Array(Buffer.concat([...head, ...text, cipher.getAuthTag()]));
    },

    async open(sealed, purpose) {
      if (sealed[0] !== version || sealed.length < headBytes + tagBytes) throw new Error('This is no sealed secret.');
      const { key } = await keyOf(uuidOf(sealed.subarray(1, 1 + idBytes)));
      const end = sealed.length - tagBytes;
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(1 + idBytes, headBytes));
      decipher.setAAD(Buffer.from(purpose));
      decipher.setAuthTag(sealed.subarray(end));
      return Buffer.concat([decipher.update(sealed.subarray(headBytes, end)), decipher.final()]);
    },
  };
}

function uuidOf(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
