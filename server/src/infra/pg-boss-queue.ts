import type { Pool } from 'pg';
import { PgBoss } from 'pg-boss';
import type { Logger } from 'pino';
import { JobRefusedError } from '../ports/job-queue.ts';
import type { Job, JobPage, JobPlace, JobQueue, JobState, NewJob, TakenJob, TryOptions } from '../ports/job-queue.ts';
import type { Sql } from '../transaction.ts';
import { inTransaction } from '../transaction.ts';
import * as sql from './pg-boss-queue.queries.ts';

type Deps = {
  /** Of the system: the application role may not touch the queue. */
  pool: Pick<Pool, 'connect' | 'query'>;
  log: Pick<Logger, 'warn'>;
};

/** Where jobs go that failed for good, with what they were about and why. */
const deadName = 'dead';
/** A worker who stands still for this long has lost its tries. One who is killed is known by its presence, sooner. */
const heartbeatSeconds = 30;
/** The database ends a try this much later than the worker itself. */
const expiryGraceSeconds = 15;
const backoffSecondsMax = 3_600;
const daySeconds = 86_400;
const keepSeconds = 7 * daySeconds;
const keepDeadSeconds = 90 * daySeconds;
const monitorSeconds = 10;
/** Ids fit many times; what is larger belongs into a table or a file. */
const dataLengthMax = 256 * 1_024;
const usual: TryOptions = { retries: 5, backoffSeconds: 5, expireSeconds: 300 };

const states: Record<string, JobState> = {
  created: 'WAITING',
  retry: 'RETRYING',
  active: 'ACTIVE',
  completed: 'DONE',
  cancelled: 'CANCELED',
  failed: 'FAILED',
};

type Row = {
  id: string;
  name: string;
  data: Record<string, unknown> | null;
  retry_count: number;
  retry_limit: number;
  output: unknown;
  created_on: Date;
  start_after: Date;
  started_on: Date | null;
  completed_on: Date | null;
  group_id: string | null;
  state: string;
};
type Ended = { name: string; data: object; key: string | null };
type Placed = Row & { place_at: string; place_id: string };

/** The queue that is made of pg-boss, on tables of our migrations. Opens no connection of its own. */
export async function openPgBossQueue({ pool, log }: Deps): Promise<JobQueue> {
  const dbOf = (on: Pick<Sql, 'query'>) => ({
    executeSql: (text: string, values?: unknown[]) => on.query<Record<string, unknown>>(text, values),
  });
  const boss = new PgBoss({
    db: dbOf(pool as Sql),
    migrate: false,
    createSchema: false,
    // Whoever works calls for it.
    supervise: false,
    schedule: false,
    monitorIntervalSeconds: monitorSeconds,
  });
  boss.on('error', (err) => log.warn({ err }, 'the job queue met an error'));
  boss.on('warning', ({ message, data }) => log.warn({ data }, message));
  await boss.start();
  const known = new Map((await boss.getQueues()).map((queue) => [queue.name, queue]));

  async function defineDead(): Promise<void> {
    if (known.has(deadName)) return;
    await boss.createQueue(deadName, { retentionSeconds: keepDeadSeconds, deleteAfterSeconds: keepSeconds });
    await remember(deadName);
  }

  async function remember(name: string): Promise<void> {
    const queue = await boss.getQueue(name);
    if (queue) known.set(name, queue);
  }

  async function define(name: string, { retries, backoffSeconds, expireSeconds }: TryOptions): Promise<void> {
    const options = {
      retryLimit: retries,
      retryDelay: backoffSeconds,
      retryBackoff: backoffSeconds > 0,
      ...(backoffSeconds > 0 && { retryDelayMax: backoffSecondsMax }),
      expireInSeconds: expireSeconds + expiryGraceSeconds,
      heartbeatSeconds,
      retentionSeconds: keepDeadSeconds,
      deleteAfterSeconds: keepSeconds,
      deadLetter: deadName,
    };
    const queue = known.get(name);
    if (queue && Object.entries(options).every(([key, value]) => queue[key as keyof typeof queue] === value)) return;
    await defineDead();
    // `short`: one job of a key waits. Those without a key have their id for one.
    if (!queue) await boss.createQueue(name, { ...options, policy: 'short' });
    // Somebody else may have made it meanwhile, or before, with what was right then.
    await boss.updateQueue(name, options);
    await remember(name);
  }

  /** A server that is newer than all workers may know it before them; what they said of it stays. */
  async function ensure(name: string): Promise<void> {
    if (!known.has(name)) await remember(name);
    if (!known.has(name)) await define(name, usual);
  }

  async function insert(on: Sql, jobs: readonly NewJob[]): Promise<void> {
    try {
      for (const [name, each] of Map.groupBy(jobs, (job) => job.name)) {
        await ensure(name);
        await boss.insert(name, each.map(bossJob), { db: dbOf(on) });
      }
    } catch (error) {
      throw isRefusal(error) ? new JobRefusedError(messageOf(error), { cause: error }) : error;
    }
  }

  return {
    define,
    insert,

    async bury(on, { id, name, data, key }, reason) {
      await defineDead();
      const values = [name, id, JSON.stringify(data), JSON.stringify({ message: reason }), key ?? null];
      await on.query({ text: sql.burySql, values });
    },

    async schedule(name, cron) {
      await ensure(name);
      const readSince = async () => (await pool.query<{ since: Date }>(sql.scheduleSinceSql, [name])).rows[0]?.since;
      const [row] = await boss.getSchedules(name);
      if (row?.cron !== cron) await boss.schedule(name, cron);
      return (await readSince()) ?? new Date();
    },

    async ready(names) {
      if (names.length === 0) return [];
      const { rows } = await pool.query<{ name: string }>(sql.readyNamesSql, [names]);
      return rows.map(({ name }) => name);
    },

    async take(name, workerId, limit) {
      return inTransaction(pool, async (on) => {
        const taken = await boss.fetch(name, { batchSize: limit, db: dbOf(on) });
        if (taken.length === 0) return [];
        const { rows } = await on.query<TakenJob>(sql.ownSql, [name, taken.map(({ id }) => id), workerId]);
        return rows;
      });
    },

    async complete({ name, id, attempt }, workerId) {
      const { rows } = await pool.query(sql.completeSql, [name, id, workerId, attempt]);
      return rows.length > 0;
    },

    async fail({ name, id, attempt }, workerId, error) {
      return inTransaction(pool, async (on) => {
        const { rows } = await on.query(sql.holdTrySql, [name, id, workerId, attempt]);
        if (rows.length === 0) return null;
        await boss.fail(name, id, { message: messageOf(error) }, { db: dbOf(on) });
        const { rows: after } = await on.query<{ state: string }>(sql.stateSql, [name, id]);
        return after[0]?.state === 'failed' ? 'FAILED' : 'RETRYING';
      });
    },

    async giveBack(workerId) {
      await pool.query(sql.giveBackSql, [workerId]);
    },

    async beat(workerId) {
      const { rows } = await pool.query<{ id: string }>(sql.beatSql, [workerId]);
      return rows.map(({ id }) => id);
    },

    async workers() {
      const { rows } = await pool.query<{ id: string }>(sql.workersSql);
      return rows.map(({ id }) => id);
    },

    async failAllOf(workerId) {
      await inTransaction(pool, async (on) => {
        const { rows } = await on.query<{ id: string; name: string }>(sql.leftBehindSql, [workerId]);
        for (const [name, each] of Map.groupBy(rows, (row) => row.name)) {
          const ids = each.map(({ id }) => id);
          await boss.fail(name, ids, { message: 'The process that did it is gone.' }, { db: dbOf(on) });
        }
      });
    },

    supervise: () => boss.supervise(),

    async list({ name, state, after, limit }) {
      const wanted = state && Object.keys(states).filter((each) => states[each] === state);
      const { rows } = await pool.query<Placed>(sql.listSql, [...placeOf(after), name, wanted, limit + 1]);
      return pageOf(rows, limit);
    },

    async dead({ name, after, limit }) {
      const { rows } = await pool.query<Placed>(sql.deadSql, [...placeOf(after), name, limit + 1]);
      return pageOf(rows, limit);
    },

    async find(on, id) {
      const { rows } = await on.query<Row>({ text: sql.findSql, values: [id] });
      return rows[0] ? jobOf(rows[0]) : null;
    },

    async retry(on, id) {
      const letters = await on.query<Ended>({ text: sql.takeDeadSql, values: [id] });
      const ended = await on.query<Ended>({ text: sql.takeEndedSql, values: [id] });
      // What failed long ago is only its letter.
      const job = letters.rows[0] ?? ended.rows[0];
      if (!job) return false;
      const { name, data, key } = job;
      await insert(on, [{ id, name, data, key: key ?? undefined }]);
      return true;
    },

    async cancel(on, id) {
      const { rows } = await on.query<Ended>({ text: sql.takeDeadSql, values: [id] });
      const [letter] = rows;
      if (letter) await on.query({ text: sql.cancelFailedSql, values: [letter.name, id] });
      const canceled = await on.query({ text: sql.cancelSql, values: [id] });
      return letter !== undefined || canceled.rows.length > 0;
    },

    [Symbol.asyncDispose]: () => boss.stop({ graceful: false, close: false }),
  };
}

/**
 * Whether what was thrown is about a job, and not about a queue that takes none at the moment: data, constraints and limits
 * of PostgreSQL, what pg-boss says of names, and what JavaScript says of times and lengths.
 */
function isRefusal(error: unknown): boolean {
  if (error instanceof RangeError) return true;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return code === 'ERR_ASSERTION' || /^(22|23|54)/.test(code);
}

function bossJob({ id, data, key, startAfter, keepSeconds: deleteAfterSeconds }: NewJob) {
  const { length } = JSON.stringify(data);
  if (length > dataLengthMax)
    throw new RangeError(`Its data has ${length} characters, and ${dataLengthMax} are the most.`);
  return {
    id,
    data,
    singletonKey: key ?? id,
    ...(startAfter && { startAfter: startAfter.toISOString() }),
    ...(deleteAfterSeconds !== undefined && { deleteAfterSeconds }),
  };
}

function jobOf(row: Row): Job {
  return {
    id: row.id,
    name: row.name,
    state: states[row.state] ?? 'WAITING',
    data: row.data ?? {},
    attemptCount: row.started_on === null && row.state !== 'failed' ? row.retry_count : row.retry_count + 1,
    attemptsMax: row.retry_limit + 1,
    error: errorOf(row.output),
    createdAt: row.created_on,
    startsAt: row.start_after,
    startedAt: row.started_on,
    finishedAt: row.completed_on,
    workerId: row.group_id,
  };
}

/** What was written down of an error: by us, or by the queue itself. */
function errorOf(output: unknown): string | null {
  if (typeof output !== 'object' || output === null) return null;
  const value = 'value' in output && typeof output.value === 'object' && output.value !== null ? output.value : output;
  return 'message' in value ? String(value.message) : null;
}

const messageLengthMax = 2_000;

/** Its first words; a stack names files of ours and says nothing to operators. Zero bytes and half characters cannot be stored. */
function messageOf(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.replaceAll('\0', '').slice(0, messageLengthMax).toWellFormed();
}

const placeOf = (after: JobPlace | null) => [after?.at ?? null, after?.id ?? null];

function pageOf(rows: Placed[], limit: number): JobPage {
  const jobs = rows.slice(0, limit).map((row) => ({ ...jobOf(row), place: { at: row.place_at, id: row.place_id } }));
  return { jobs, hasMore: rows.length > limit };
}
