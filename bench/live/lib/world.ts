import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '@sightline/db/database';
import { migrateDatabase } from '@sightline/db/migrate';
import { startThrowawayCluster } from '@sightline/db/throwaway-cluster';
import { createEventWriter } from '@sightline/server/domain/events/event-writer';
import { createTell } from '@sightline/server/domain/events/tell';
import { grownOf } from '@sightline/server/domain/outbox/grown';
import { createRedisBus } from '@sightline/server/infra/redis-bus';
import { inTransaction } from '@sightline/server/transaction';
import { startRedis } from '../../access/redis.ts';
import { createCaller } from '../../access/seed.ts';
import { InputError } from '../../lib/input-error.ts';
import { startSubject } from '../../lib/subject.ts';
import type { Subject } from '../../lib/subject.ts';

export const query = 'subscription { eventFeed { ... on Event { seq type occurredAt label confidence } } }';
const quiet = { info() {}, warn() {}, error() {} };

/** A database, a Redis, servers, and somebody who writes to one feed from a process of their own: this one. */
export async function openLiveWorld(serverCount: number) {
  await using opening = new AsyncDisposableStack();
  const redis = await startRedis();
  if (!redis) throw new InputError('Processes talk over Redis, and there is no redis-server here.');
  opening.use(redis);
  const { adminUrl: databaseUrl } = opening.use(await startThrowawayCluster());
  await migrateDatabase(databaseUrl);
  const directory = await mkdtemp(join(tmpdir(), 'sightline-bench-'));
  opening.defer(() => rm(directory, { recursive: true, force: true }));
  const database = opening.use(openDatabase(databaseUrl));
  await database.pool.query('update "PlanVersion" set "maxLiveConnections" = 100000, "requestsPerMinute" = 100000000');
  const servers: Subject[] = [];
  for (let n = 1; n <= serverCount; n += 1) {
    const module = new URL('feed-server.ts', import.meta.url);
    servers.push(opening.use(await startSubject(`server ${n}`, module, [databaseUrl, directory, redis.url])));
  }
  const { organizationId, token } = await createCaller(servers[0]!.url);
  const [sourceId, sessionId] = [randomUUID(), randomUUID()];
  await database.prisma.source.create({ data: { id: sourceId, organizationId, name: 'bench', kind: 'IMAGES' } });
  await database.pool.query(
    `insert into "Session" ("id", "organizationId", "sourceId", "profile", "requestId", "pipelines")
      values ($1, $2, $3, 'FAST', 'bench', '{detect}')`,
    [sessionId, organizationId, sourceId],
  );
  const bus = opening.use(createRedisBus({ url: redis.url, log: quiet }));
  const writer = createEventWriter({ clock: { now: () => new Date() } });
  const tell = createTell(bus);

  /** Writes events as a session does, and tells of them, after `onCommitted`. The number of the last. */
  async function append(count: number, onCommitted = () => {}): Promise<number> {
    const event = { type: 'OBJECT_UPDATED' as const, sourceId, sessionId, requestId: 'bench', label: 'person' };
    const events = Array.from({ length: count }, () => ({ ...event, confidence: 0.75, occurredAt: new Date() }));
    const appended = await inTransaction(database.pool, (sql) => writer.append(sql, organizationId, events));
    onCommitted();
    const { grown } = grownOf(appended);
    if (grown) tell(grown);
    return Number(appended?.lastSeq);
  }

  const open = opening.move();
  return { servers, subscription: { token, query }, append, [Symbol.asyncDispose]: () => open.disposeAsync() };
}
