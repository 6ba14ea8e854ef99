import { afterCommit } from '@sightline/db/one-transaction';
import type { Logger } from 'pino';
import type { Bus } from '../../ports.ts';
import { JobRefusedError } from '../../ports/job-queue.ts';
import type { JobQueue, NewJob } from '../../ports/job-queue.ts';
import type { Sql, SqlPool } from '../../transaction.ts';
import { inTransaction } from '../../transaction.ts';
import { channelOf } from './signals.ts';
import { jobOf, jobTopic } from './job-message.ts';
import type { JobMessage } from './job-message.ts';

export type Relay = AsyncDisposable & {
  /** Looks for committed signals now. Never waits, never throws. */
  kick(): void;
};

type Deps = {
  pool: SqlPool;
  bus: Pick<Bus, 'publish'>;
  /** Where jobs go; without it they wait in the outbox for somebody who has it. */
  jobs?: JobInsert;
  log: Pick<Logger, 'warn'>;
  /** Longest a signal waits when nobody kicks, as after a crash of the process that wrote it. */
  pollMs?: number;
};

type JobInsert = Pick<JobQueue, 'insert' | 'bury'>;
type Told = { topic: string; payload: { organizationId: string } };
type Message = Told & { id: string };

const batchSize = 500;

// Claiming is deleting: the rows come back if the transaction does not commit, and no second relay sees them meanwhile.
const claimSql = {
  name: 'claim-outbox-messages',
  text: `delete from "OutboxMessage" where "id" in (
      select "id" from "OutboxMessage" where $1 or "topic" <> '${jobTopic}'
      order by "id" limit ${batchSize} for update skip locked
    ) returning "id", "topic", "payload"`,
};

/**
 * Moves committed signals from the outbox to the bus, and committed jobs to their queue. Any number of processes may run one.
 * A signal is told at least once: a process killed between publishing and committing leaves its rows to the next. A job
 * leaves the outbox in the transaction that adds it to the queue: once.
 */
export function startRelay({ pool, bus, jobs, log, pollMs = 500 }: Deps): Relay {
  let isWanted = false;
  let isStopped = false;
  let running: Promise<void> | null = null;

  /** Without a queue jobs stay where they are. */
  async function forwardBatch(queue: JobInsert | null): Promise<number> {
    const { count, jobCount } = await inTransaction(pool, async (sql) => {
      const { rows } = await sql.query<Message>({ ...claimSql, values: [queue !== null] });
      const [asked, told] = [rows.filter(isJob), rows.filter((row) => !isJob(row))];
      if (queue) await addJobs(sql, asked, queue);
      await Promise.all(coalesce(told).map((message) => publish(message)));
      return { count: rows.length, jobCount: asked.length };
    });
    // Not before the commit, or workers would look and find nothing.
    if (jobCount > 0) await bus.publish(channelOf('jobs.added', null), '{}');
    return count;
  }

  async function addJobs(sql: Sql, asked: Message[], queue: JobInsert): Promise<void> {
    if (asked.length === 0) return;
    try {
      await addOrBury(
        sql,
        asked.map(({ id, payload }) => jobOf(id, payload as object as JobMessage)),
        queue,
      );
    } catch (error) {
      throw new QueueAwayError('The queue takes no jobs.', { cause: error });
    }
  }

  /** One that can never be in the queue is found by halves, and becomes a dead letter; it holds up none of the others. */
  async function addOrBury(sql: Sql, asked: NewJob[], queue: JobInsert): Promise<void> {
    await sql.query('savepoint jobs');
    try {
      await queue.insert(sql, asked);
    } catch (error) {
      if (!(error instanceof JobRefusedError)) throw error;
      await sql.query('rollback to savepoint jobs');
      const [first, ...rest] = asked;
      if (first && rest.length === 0) {
        await queue.bury(sql, first, error.message);
        log.warn({ err: error, job: first.name, jobId: first.id }, 'the queue takes no such job: it is a dead letter');
      } else {
        const half = Math.ceil(asked.length / 2);
        await addOrBury(sql, asked.slice(0, half), queue);
        await addOrBury(sql, asked.slice(half), queue);
      }
    }
    await sql.query('release savepoint jobs');
  }

  /** Signals leave also while the queue takes no jobs, which then wait. */
  async function forward(): Promise<number> {
    try {
      return await forwardBatch(jobs ?? null);
    } catch (error) {
      if (!(error instanceof QueueAwayError)) throw error;
      log.warn({ err: error.cause }, 'jobs cannot be added to their queue, trying again at the next poll');
      return forwardBatch(null);
    }
  }

  async function publish({ topic, payload }: Told): Promise<void> {
    const text = JSON.stringify(payload);
    await Promise.all([
      bus.publish(channelOf(topic, payload.organizationId), text),
      bus.publish(channelOf(topic, null), text),
    ]);
  }

  async function forwardAll(): Promise<void> {
    try {
      while (isWanted && !isStopped) {
        isWanted = false;
        while (!isStopped && (await forward()) === batchSize);
      }
    } catch (error) {
      log.warn({ err: error }, 'outbox relay failed, trying again at the next poll');
    } finally {
      running = null;
    }
  }

  function kick(): void {
    if (isStopped) return;
    isWanted = true;
    running ??= forwardAll();
  }

  const poll = setInterval(kick, pollMs);
  kick();
  return {
    kick: () => afterCommit(kick),
    async [Symbol.asyncDispose]() {
      isStopped = true;
      clearInterval(poll);
      await running;
    },
  };
}

class QueueAwayError extends Error {}

const isJob = ({ topic }: Told): boolean => topic === jobTopic;

/** One message says as much as many: of a feed only the highest number counts, of equal messages one. Order means nothing. */
function coalesce(messages: Told[]): Told[] {
  const kept = new Map<string, Told>();
  for (const { topic, payload } of messages) {
    const key = topic === 'feed.grown' ? channelOf(topic, payload.organizationId) : topic + JSON.stringify(payload);
    const known = kept.get(key)?.payload;
    if (known && isHigher(known, payload)) continue;
    kept.set(key, { topic, payload });
  }
  return [...kept.values()];
}

function isHigher(a: object, b: object): boolean {
  return 'lastSeq' in a && 'lastSeq' in b && BigInt(String(a.lastSeq)) >= BigInt(String(b.lastSeq));
}
