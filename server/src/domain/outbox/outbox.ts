import { randomUUIDv7 } from 'node:crypto';
import type { Prisma } from '@sightline/db/client';
import { afterCommit } from '@sightline/db/one-transaction';
import type { Sql } from '../../transaction.ts';
import type { JsonRow, Signals, Topic } from './signals.ts';

export type Outbox = ReturnType<typeof createOutbox>;

/** Events that were just committed, for readers who are at `firstSeq - 1`. A hint: whoever misses it reads them. */
export type Grown = { organizationId: string; firstSeq: string; lastSeq: string; events: JsonRow[] };

type Deps = {
  relay: { kick(): void };
  /** Tells at once what has grown, beside the signal in the outbox, which stays the promise. Never waits, never throws. */
  tell?: (grown: Grown) => void;
};

/** Signals are written in the transaction they report, so none is told of what was rolled back, and none is lost. */
export function createOutbox({ relay, tell }: Deps) {
  return {
    /** Writes a signal in the caller's transaction. */
    async add<T extends Topic>(sql: Sql, topic: T, payload: Signals[T]): Promise<void> {
      await sql.query({
        name: 'add-outbox-message',
        text: 'insert into "OutboxMessage" ("id", "topic", "payload") values ($1, $2, $3)',
        values: [randomUUIDv7(), topic, JSON.stringify(payload)],
      });
    },

    /** The same, in a transaction of Prisma's. */
    async addPrisma<T extends Topic>(tx: Prisma.TransactionClient, topic: T, payload: Signals[T]): Promise<void> {
      await tx.outboxMessage.create({ data: { topic, payload } });
    },

    /** Call after the commit: the signals leave now instead of at the next poll. */
    kick({ grown }: { grown?: Grown } = {}): void {
      if (grown) afterCommit(() => tell?.(grown));
      relay.kick();
    },
  };
}
