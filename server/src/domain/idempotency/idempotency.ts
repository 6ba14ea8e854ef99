import { createHash } from 'node:crypto';
import { OneTransaction, withinTransaction } from '@sightline/db/one-transaction';
import type { Logger } from 'pino';
import type { Pool } from 'pg';
import { RequestRefusedError, ServiceUnavailableError } from '../../errors/request-errors.ts';
import type { SecretBox } from '../secrets/secret-box.ts';
import { IdempotencyInFlightError, IdempotencyKeyReusedError } from './idempotency.errors.ts';
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
      /** Stores the answer with its effect: once this resolves, both stay. */
      keep(answer: StoredAnswer): Promise<void>;
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

  async function open({ organizationId, key: named, request, secretPart }: KeyedRequest): Promise<KeyedRun> {
    requireKey(named);
    if (!canRun) throw new ServiceUnavailableError('Idempotency');
    const scope = organizationId ?? nobody;
    const key = organizationId === null ? `${named}:${digestOf(secretPart).toString('hex')}` : named;
    const name = `${scope}:${key}`;
    const purpose = `idempotency:${name}` as const;
    if (running.has(name)) throw new IdempotencyInFlightError();
    running.add(name);
    let transaction: OneTransaction | null = null;
    try {
      transaction = await OneTransaction.begin(pool);
      const requestHash = digestOf(request);
      const replay = await find(transaction);
      if (!replay) return run(transaction, requestHash);
      await transaction.rollback();
      running.delete(name);
      return { replay };

      async function find(sql: OneTransaction): Promise<StoredAnswer | null> {
        const lock = await sql.query<{ isMine: boolean }>({ text: lockKeySql, values: [scope, key] });
        if (!lock.rows[0]?.isMine) throw new IdempotencyInFlightError();
        const { rows } = await sql.query<Row>({ text: findAnswerSql, values: [scope, key] });
        const [row] = rows;
        if (!row) return null;
        if (!requestHash.equals(row.requestHash)) throw new IdempotencyKeyReusedError();
        const { headers, body } = JSON.parse((await secrets.open(row.sealed, purpose)).toString()) as StoredAnswer;
        return { status: row.status, headers, body };
      }
    } catch (error) {
      await transaction?.rollback();
      running.delete(name);
      throw error;
    }

    function run(sql: OneTransaction, requestHash: Buffer): KeyedRun {
      return {
        replay: null,
        within: (work) => withinTransaction(sql, work),
        async keep({ status, headers, body }) {
          try {
            const sealed = Buffer.from(await secrets.seal(JSON.stringify({ headers, body }), purpose));
            const values = [scope, key, requestHash, status, sealed, keepHours];
            await sql.commit((last) => last({ text: storeAnswerSql, values }));
          } finally {
            await sql.rollback();
            running.delete(name);
          }
        },
        async drop() {
          await sql.rollback();
          running.delete(name);
        },
      };
    }
  }

  return {
    open,
    /** Deletes what is older than it has to be kept. Never throws. */
    forget,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await forgetting;
    },
  };
}

type Row = { requestHash: Buffer; status: number; sealed: Buffer };

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
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, one]) => [name, sorted(one)]));
}
