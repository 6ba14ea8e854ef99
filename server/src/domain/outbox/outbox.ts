import { randomUUIDv7 } from 'node:crypto';
import type { Prisma } from '@sightline/db/client';
import type { Sql } from '../../transaction.ts';
import type { Signals, Topic } from './signals.ts';

export type Outbox = ReturnType<typeof createOutbox>;
type Deps = { relay: { kick(): void } };

/** Signals are written in the transaction they report, so none is told of what was rolled back, and none is lost. */
export function createOutbox({ relay }: Deps) {
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
    kick(): void {
      relay.kick();
    },
  };
}
