import { createHash } from 'node:crypto';
import { OneTransaction, withinTransaction } from '@sightline/db/one-transaction';
import type { Logger } from 'pino';
import type { Pool } from 'pg';
import { RequestRefusedError, ServiceUnavailableError } from '../../errors/request-errors.ts';
import type { Purpose, SecretBox } from '../secrets/secret-box.ts';
import { IdempotencyInFlightError, IdempotencyKeyReusedError } from './idempotency.errors.ts';
import { createLanes } from './lanes.ts';
import { findAnswerSql, forgetExpiredSql, lockKeySql, mayWorkAsSql, storeAnswerSql } from './idempotency.queries.ts';

export type Idempotency = Awaited<ReturnType<typeof startIdempotency>>;

/** A request that names a key. */
export type KeyedRequest = {
  /** The organization in which the key is known; null: nobody's, and `secretPart` keeps strangers apart. */
  organizationId: string | null;
  key: string;
  /** Who asks for what. The same key with something else here is refused. */
  request: unknown;
  /** Of a request of nobody: what only those can know who may repeat it. */
  secretPart?: unknown;
};

/** An answer as it was sent. */
export type StoredAnswer = { status: number; headers: Record<string, string | string[]>; body: string };

export type KeyedRun =
  | { replay: StoredAnswer }
  | {
      replay: null;
      /** Runs `work` in the transaction of the key. */
      within<Result>(work: () => Result): Result;
      /**
       * Stores the answer with its effect: once this resolves, both stay. `also`: the same request as who asked will have
       * to send it when it has ended what they prove themselves with.
       */
      keep(answer: StoredAnswer, also?: KeyedRequest | null): Promise<void>;
      /** Takes all of it back, as if the request had never come. Never throws; nothing, after `keep`. */
      drop(): Promise<void>;
    };

type Deps = {
  /** Connections for requests with a key, and for nothing else: each is held until its request has its answer. */
  pool: Pool;
  secrets: Pick<SecretBox, 'seal' | 'open'>;
  /** As whom statements of organizations run; null without a second fence. */
  tenantRole: string | null;
  log: Pick<Logger, 'warn'>;
  keepHours?: number;
  forgetEveryMs?: number;
};

const nobody = '00000000-0000-0000-0000-000000000000';
const keyLengthMax = 255;
/** Half of the connections there are, for the writes of one organization mostly wait for each other. */
const laneWidth = 4;
const laneWaitMs = 5_000;

/**
 * Requests that happen once however often they are sent: key, digest of the request and sealed answer are written in the
 * transaction of the effect. See docs/adr/0010-ledger.md.
 */
export async function startIdempotency({
  pool,
  secrets,
  tenantRole,
  log,
  keepHours = 24,
  forgetEveryMs = 60_000,
}: Deps) {
  /** What runs in this process. Twins elsewhere are told apart by the lock. */
  const running = new Set<string>();
  const lanes = createLanes({ width: laneWidth, waitMs: laneWaitMs });
  const canRun = tenantRole === null || (await mayWorkAs(tenantRole));
  if (!canRun) log.warn({ role: tenantRole }, 'idempotency keys are refused: DATABASE_URL may not work as this role');
  const timer = setInterval(() => void forget(), forgetEveryMs);
  let forgetting: Promise<void> | null = null;

  async function mayWorkAs(role: string): Promise<boolean> {
    const { rows } = await pool.query<{ may: boolean }>(mayWorkAsSql, [role]);
    return rows[0]?.may ?? false;
  }

  async function forget(): Promise<void> {
    forgetting ??= pool
      .query(forgetExpiredSql)
      .then(() => {})
      .catch((err: unknown) => log.warn({ err }, 'answers of old idempotency keys could not be forgotten'))
      .finally(() => (forgetting = null));
    await forgetting;
  }

  async function find(place: Place): Promise<StoredAnswer | null> {
    const { rows } = await pool.query<Row>(findAnswerSql, [place.scope, place.key]);
    return read(rows[0], place);
  }

  async function read(row: Row | undefined, { purpose, requestHash }: Place): Promise<StoredAnswer | null> {
    if (!row) return null;
    if (!requestHash.equals(row.requestHash)) throw new IdempotencyKeyReusedError();
    const { headers, body } = JSON.parse((await secrets.open(row.sealed, purpose)).toString()) as StoredAnswer;
    return { status: row.status, headers, body };
  }

  /** What stores an answer. */
  async function storing({ scope, key, purpose, requestHash }: Place, { status, headers, body }: StoredAnswer) {
    const sealed = Buffer.from(await secrets.seal(JSON.stringify({ headers, body }), purpose));
    return { text: storeAnswerSql, values: [scope, key, requestHash, status, sealed, keepHours] };
  }

  async function open(request: KeyedRequest): Promise<KeyedRun> {
    const place = placeOf(request);
    if (!canRun) throw new ServiceUnavailableError('Idempotency');
    if (running.has(place.purpose)) throw new IdempotencyInFlightError();
    running.add(place.purpose);
    let transaction: OneTransaction | null = null;
    let leave = () => {};
    const end = async () => {
      await transaction?.rollback();
      leave();
      running.delete(place.purpose);
    };
    try {
      if (request.organizationId !== null) leave = await lanes.enter(request.organizationId);
      transaction = await OneTransaction.begin(pool);
      const values = [place.scope, place.key];
      const [lock, found] = await transaction.query({ text: lockKeySql, values }, { text: findAnswerSql, values });
      if (!lock?.rows[0]?.isMine) throw new IdempotencyInFlightError();
      const replay = await read(found?.rows[0] as Row | undefined, place);
      if (!replay) return run(transaction, place, end);
      await end();
      return { replay };
    } catch (error) {
      await end();
      throw error;
    }
  }

  function run(transaction: OneTransaction, place: Place, end: () => Promise<void>): KeyedRun {
    let ending: Promise<void> | null = null;
    // Once: by then somebody else may run with this key.
    const drop = () => (ending ??= end());
    return {
      replay: null,
      within: (work) => withinTransaction(transaction, work),
      async keep(answer, also = null) {
        try {
          const places = also ? [place, placeOf(also)] : [place];
          const last = await Promise.all(places.map((one) => storing(one, answer)));
          await transaction.commit(last);
        } finally {
          await drop();
        }
      },
      drop,
    };
  }

  return {
    open,
    /** What was answered to a request before; null: nothing. Runs nothing. Throws IDEMPOTENCY_KEY_REUSED. */
    find: (request: KeyedRequest) => find(placeOf(request)),
    /** Deletes what is older than it has to be kept. Never throws. */
    forget,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await forgetting;
    },
  };
}

/** Where an answer lies. */
type Place = { scope: string; key: string; purpose: Purpose; requestHash: Buffer };
type Row = { requestHash: Buffer; status: number; sealed: Buffer };

function placeOf({ organizationId, key: named, request, secretPart }: KeyedRequest): Place {
  requireKey(named);
  const scope = organizationId ?? nobody;
  const key = organizationId === null ? `${named}:${digestOf(secretPart).toString('hex')}` : named;
  return { scope, key, purpose: `idempotency:${scope}:${key}`, requestHash: digestOf(request) };
}

function requireKey(key: string): void {
  if (key.length > 0 && key.length <= keyLengthMax && /^[\x21-\x7e]+$/.test(key)) return;
  throw new RequestRefusedError(
    'BAD_REQUEST',
    `An idempotency key is 1 to ${keyLengthMax} visible ASCII characters, such as a UUID.`,
  );
}

/** The same for the same values, in whichever order their keys come. */
export function digestOf(value: unknown): Buffer {
  return createHash('sha256')
    .update(JSON.stringify(sorted(value)) ?? '')
    .digest();
}

function sorted(value: unknown): unknown {
  // Neither shows what it holds to who lists its entries, or only byte by byte.
  if (value instanceof URLSearchParams) return { form: value.toString() };
  if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString('base64') };
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, one]) => [name, sorted(one)]));
}
