import { createPrivateKey, createPublicKey, generateKeyPair, randomUUIDv7 } from 'node:crypto';
import type { JsonWebKey, KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import type { Logger } from 'pino';
import type { Pool } from 'pg';
import type { Clock } from '../../../ports.ts';
import { inTransaction } from '../../../transaction.ts';
import type { Sql } from '../../../transaction.ts';
import type { SecretBox } from '../../secrets/secret-box.ts';
import { accessTokenSeconds } from './lifetimes.ts';
import {
  addSigningKeySql,
  livingKeysSql,
  lockSigningKeysSql,
  pruneSigningKeysSql,
  retireSigningKeysSql,
  withdrawSigningKeysSql,
} from './signing-keys.queries.ts';

export type SigningKeys = Awaited<ReturnType<typeof openSigningKeys>>;
type Deps = { pool: Pool; secrets: SecretBox; clock: Clock; log: Pick<Logger, 'info' | 'warn'> };

type Row = {
  id: string;
  algorithm: string;
  publicJwk: JsonWebKey;
  privateKey: Uint8Array;
  activeFrom: Date;
  retiresAt: Date;
  expiresAt: Date;
};
type SigningKey = Omit<Row, 'privateKey'> & { sealed: Uint8Array; publicKey: KeyObject };

const algorithm = 'EdDSA';
const dayMs = 86_400_000;
/** A key signs for this long. */
const signsMs = 30 * dayMs;
/** It is published this long before, so that whoever keeps our keys has read it when it signs. */
const announcedMs = dayMs;
/** It is published for this long after its last token is over: clocks differ. */
const graceMs = 300_000;
/** What other processes did to the keys is noticed within this. */
const freshMs = 60_000;
/**
 * A key that is rolled by hand signs after this long: by then all processes publish it, and whoever keeps our keys and
 * asks no oftener than every half minute has had time to.
 */
const noticedMs = 2 * freshMs;
/** Strangers choose which key a token names: they must not make us ask all the time. */
const cooldownMs = 1_000;

const newKeyPair = promisify(generateKeyPair);

/** The keys of our access tokens: made, announced, changed every month and forgotten, by whichever process is first. */
export async function openSigningKeys({ pool, secrets, clock, log }: Deps) {
  let kept = new Map<string, SigningKey>();
  let readAt = -Infinity;
  let reading: Promise<void> | null = null;
  const privateKeys = new Map<string, Promise<KeyObject>>();

  const livingKeys = async (sql: Sql) =>
    (await sql.query<Row>({ ...livingKeysSql, values: [clock.now()] })).rows.map(keyOfRow);

  async function read(): Promise<void> {
    const now = clock.now().getTime();
    let keys = await livingKeys(pool as Sql);
    if (!isProvided(keys, now)) keys = await provide();
    kept = new Map(keys.map((key) => [key.id, key]));
    for (const id of privateKeys.keys()) if (!kept.has(id)) privateKeys.delete(id);
    readAt = now;
  }

  /** Asks once for all who wait. */
  function readAgain(): Promise<void> {
    reading ??= read().finally(() => (reading = null));
    return reading;
  }

  /** Makes the keys that are due, unless another process just did. */
  async function provide(): Promise<SigningKey[]> {
    return inTransaction(pool, async (sql) => {
      await sql.query({ ...lockSigningKeysSql });
      const now = clock.now().getTime();
      const keys = await livingKeys(sql);
      if (isProvided(keys, now)) return keys;
      await sql.query({ ...pruneSigningKeysSql, values: [new Date(now)] });
      const current = signerOf(keys, now);
      if (!current) await add(sql, now, now);
      else await add(sql, now, current.retiresAt.getTime());
      return livingKeys(sql);
    });
  }

  async function add(sql: Sql, now: number, activeFrom: number): Promise<string> {
    const { publicKey, privateKey } = await newKeyPair('ed25519');
    const id = randomUUIDv7();
    const pkcs8 = privateKey.export({ format: 'der', type: 'pkcs8' });
    const sealed = Buffer.from(await secrets.seal(pkcs8, `signing:${id}`));
    const retiresAt = activeFrom + signsMs;
    const expiresAt = retiresAt + accessTokenSeconds * 1000 + graceMs;
    const jwk = JSON.stringify(publicKey.export({ format: 'jwk' }));
    const times = [now, activeFrom, retiresAt, expiresAt].map((ms) => new Date(ms));
    await sql.query({ ...addSigningKeySql, values: [id, algorithm, jwk, sealed, ...times] });
    log.info({ keyId: id, activeFrom: new Date(activeFrom) }, 'a new key for access tokens');
    return id;
  }

  function privateKeyOf({ id, sealed }: SigningKey): Promise<KeyObject> {
    let opened = privateKeys.get(id);
    if (!opened) {
      opened = secrets
        .open(sealed, `signing:${id}`)
        .then((der) => createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
      privateKeys.set(id, opened);
      opened.catch(() => privateKeys.delete(id));
    }
    return opened;
  }

  /** Reads again where what is kept may be out of date. A database that is away for a moment changes nothing. */
  async function refresh(): Promise<void> {
    const now = clock.now().getTime();
    const isDue = !signerOf([...kept.values()], now);
    if (isDue) return readAgain();
    if (Math.abs(now - readAt) < freshMs) return;
    readAt = now;
    void readAgain().catch((error: unknown) => log.warn({ err: error }, 'the keys of access tokens could not be read'));
  }

  await readAgain();
  const [first] = kept.values();
  // Both the key and what unseals it are in memory from here on: signing waits for no connection.
  if (first) await privateKeyOf(first);

  return {
    /** The key that signs now. */
    async signer(): Promise<{ id: string; algorithm: string; privateKey: KeyObject }> {
      await refresh();
      const key = signerOf([...kept.values()], clock.now().getTime());
      if (!key) throw new Error('There is no key to sign access tokens with.');
      return { id: key.id, algorithm, privateKey: await privateKeyOf(key) };
    },

    /** The key of this name, if its tokens can still be good; null otherwise. */
    async verifier(id: string): Promise<KeyObject | null> {
      await refresh();
      const now = clock.now().getTime();
      if (!kept.has(id) && Math.abs(now - readAt) >= cooldownMs) await readAgain();
      const key = kept.get(id);
      return key && key.expiresAt.getTime() > now ? key.publicKey : null;
    },

    /** The public keys (RFC 7517), those to come included. */
    async published(): Promise<JsonWebKey[]> {
      await refresh();
      const now = clock.now();
      return [...kept.values()]
        .filter(({ expiresAt }) => expiresAt > now)
        .map(({ id, publicJwk }) => ({ ...publicJwk, kid: id, alg: algorithm, use: 'sig' }));
    },

    /**
     * Lets a new key sign instead of all others, once everybody has read it; tokens of the others stay good until they are
     * over. With `atOnce` it signs now and tokens of the others are refused: for a key that somebody else may have;
     * everybody's next call then needs a refresh. Other processes notice within a minute. Gives when the new one signs.
     */
    async roll({ atOnce = false } = {}): Promise<{ id: string; activeFrom: Date }> {
      const added = await inTransaction(pool, async (sql) => {
        await sql.query({ ...lockSigningKeysSql });
        const now = clock.now().getTime();
        const activeFrom = atOnce ? now : now + noticedMs;
        const publishedUntil = atOnce ? now : activeFrom + accessTokenSeconds * 1000 + graceMs;
        await sql.query({ ...withdrawSigningKeysSql, values: [new Date(activeFrom)] });
        await sql.query({ ...retireSigningKeysSql, values: [new Date(activeFrom), new Date(publishedUntil)] });
        return { id: await add(sql, now, activeFrom), activeFrom: new Date(activeFrom) };
      });
      await readAgain();
      return added;
    },
  };
}

function keyOfRow({ privateKey: sealed, ...row }: Row): SigningKey {
  return { ...row, sealed, publicKey: createPublicKey({ key: row.publicJwk, format: 'jwk' }) };
}

/** The newest that signs at this time (ms). */
function signerOf(keys: readonly SigningKey[], now: number): SigningKey | undefined {
  return keys.findLast(({ activeFrom, retiresAt }) => activeFrom.getTime() <= now && now < retiresAt.getTime());
}

/** Whether one signs now, and one is announced if that is due. */
function isProvided(keys: readonly SigningKey[], now: number): boolean {
  const current = signerOf(keys, now);
  if (!current) return false;
  const retiresAt = current.retiresAt.getTime();
  return retiresAt - announcedMs > now || keys.some(({ activeFrom }) => activeFrom.getTime() >= retiresAt);
}
