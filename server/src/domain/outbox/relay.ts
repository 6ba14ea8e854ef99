import { afterCommit } from '@sightline/db/one-transaction';
import type { Logger } from 'pino';
import type { Bus } from '../../ports.ts';
import type { SqlPool } from '../../transaction.ts';
import { inTransaction } from '../../transaction.ts';
import { channelOf } from './signals.ts';

export type Relay = AsyncDisposable & {
  /** Looks for committed signals now. Never waits, never throws. */
  kick(): void;
};

type Deps = {
  pool: SqlPool;
  bus: Pick<Bus, 'publish'>;
  log: Pick<Logger, 'warn'>;
  /** Longest a signal waits when nobody kicks, as after a crash of the process that wrote it. */
  pollMs?: number;
};

type Message = { topic: string; payload: { organizationId: string } };

const batchSize = 500;

// Claiming is deleting: the rows come back if the transaction does not commit, and no second relay sees them meanwhile.
const claimSql = {
  name: 'claim-outbox-messages',
  text: `delete from "OutboxMessage" where "id" in (
      select "id" from "OutboxMessage" order by "id" limit ${batchSize} for update skip locked
    ) returning "topic", "payload"`,
};

/**
 * Moves committed signals from the outbox to the bus. Any number of processes may run one.
 * A signal is told at least once: a process killed between publishing and committing leaves its rows to the next.
 */
export function startRelay({ pool, bus, log, pollMs = 500 }: Deps): Relay {
  let isWanted = false;
  let isStopped = false;
  let running: Promise<void> | null = null;

  async function forwardBatch(): Promise<number> {
    return inTransaction(pool, async (sql) => {
      const { rows } = await sql.query<Message>(claimSql);
      await Promise.all(coalesce(rows).map((message) => publish(message)));
      return rows.length;
    });
  }

  async function publish({ topic, payload }: Message): Promise<void> {
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
        while (!isStopped && (await forwardBatch()) === batchSize);
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

/** One message says as much as many: of a feed only the highest number counts, of equal messages one. Order means nothing. */
function coalesce(messages: Message[]): Message[] {
  const kept = new Map<string, Message>();
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
