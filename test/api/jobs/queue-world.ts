import { openDatabase } from '@sightline/db/database';
import { createOutbox } from '@sightline/server/domain/outbox/outbox';
import { startRelay } from '@sightline/server/domain/outbox/relay';
import { createSignalReader } from '@sightline/server/domain/outbox/signal-reader';
import { createQueue } from '@sightline/server/domain/queue/queue';
import type { Queue } from '@sightline/server/domain/queue/queue';
import { openServerPresence } from '@sightline/server/domain/sessions/server-presence';
import { createMemoryBus } from '@sightline/server/infra/memory-bus';
import { openPgBossQueue } from '@sightline/server/infra/pg-boss-queue';
import type { Clock } from '@sightline/server/ports';
import { inTransaction } from '@sightline/server/transaction';
import { createLogger } from '@sightline/server/infra/logger';

const quiet = createLogger('silent');

/** Jobs of tests are of kinds that no product has. */
export type AnyQueue = {
  enqueue(sql: unknown, name: string, data: object, options?: object): Promise<string>;
  handle(
    name: string,
    handler: (
      data: Record<string, unknown>,
      attempt: { id: string; attempt: number; signal: AbortSignal },
    ) => Promise<void>,
    options?: object,
  ): void;
  every(name: string, cron: string, data: object): void;
};

export type QueueProcess = Awaited<ReturnType<typeof openQueueProcess>>;

/** One process with a queue, as a server would wire it, over a database that others may share. */
export async function openQueueProcess(databaseUrl: string, options: { clock?: Clock; graceMs?: number } = {}) {
  await using opening = new AsyncDisposableStack();
  const database = opening.use(openDatabase(databaseUrl));
  const { pool } = database;
  const bus = opening.use(createMemoryBus({ log: quiet }));
  const jobs = opening.use(await openPgBossQueue({ pool, log: quiet }));
  const relay = opening.use(startRelay({ pool, bus, jobs, log: quiet, pollMs: 100 }));
  const outbox = createOutbox({ relay });
  const presence = await openServerPresence(pool, quiet);
  opening.defer(() => presence.close());
  const signals = createSignalReader({ bus, log: quiet });
  const ends: string[] = [];
  const made: Queue = createQueue({
    ...{ jobs, pool, presence, signals, log: quiet, pollMs: 100, ...options },
    clock: options.clock ?? { now: () => new Date() },
    onEnd: (name, outcome) => ends.push(`${name} ${outcome}`),
  });
  opening.use(made);
  const queue = made as object as AnyQueue & Pick<Queue, 'start' | 'wake'> & { readonly size: number };
  const open = opening.move();
  return {
    ...{ pool, jobs, queue, outbox, presence, ends },
    /** Asks for a job in a transaction of its own. */
    async add(name: string, data: object = {}, how: object = {}): Promise<string> {
      const id = await inTransaction(pool, (sql) => queue.enqueue(sql, name, { organizationId: null, ...data }, how));
      outbox.kick();
      return id;
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}
