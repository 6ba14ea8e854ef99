import { randomUUID } from 'node:crypto';
import { openDatabase } from '@sightline/db/database';
import type { Database } from '@sightline/db/database';
import { createTell } from '@sightline/server/domain/events/tell';
import { createEventFeed, seqOf } from '@sightline/server/domain/events/event-feed';
import type { EventFeed, FeedItem } from '@sightline/server/domain/events/event-feed';
import { createEventWriter } from '@sightline/server/domain/events/event-writer';
import type { NewEvent } from '@sightline/server/domain/events/event-writer';
import { createFeedReader } from '@sightline/server/domain/events/feed-reader';
import { createOutbox } from '@sightline/server/domain/outbox/outbox';
import { startRelay } from '@sightline/server/domain/outbox/relay';
import { createSignalReader } from '@sightline/server/domain/outbox/signal-reader';
import { grownOf } from '@sightline/server/domain/outbox/grown';
import { createMemoryBus } from '@sightline/server/infra/memory-bus';
import type { Bus } from '@sightline/server/ports';
import { Progress } from '@sightline/server/shared-source';
import { inTransaction } from '@sightline/server/transaction';
import { createTestDatabase } from '../harness/database.ts';

/** Swallows what a server would log. */
export const quiet = { info() {}, warn() {}, error() {} };

export type Tenant = { organizationId: string; sourceId: string; sessionId: string };

/** An organization with a feed, a source and a session, and nothing else. */
export async function createTenant({ pool }: Pick<Database, 'pool'>): Promise<Tenant> {
  const [organizationId, sourceId, sessionId] = [randomUUID(), randomUUID(), randomUUID()];
  await inTransaction(pool, async (sql) => {
    await sql.query('insert into "Organization" ("id", "name", "planCode") values ($1, \'tenant\', \'free\')', [
      organizationId,
    ]);
    await sql.query('insert into "OrganizationFeed" ("organizationId") values ($1)', [organizationId]);
    await sql.query(
      'insert into "Source" ("id", "organizationId", "name", "kind") values ($1, $2, \'s\', \'IMAGES\')',
      [sourceId, organizationId],
    );
    await addSession(sql, { organizationId, sourceId, sessionId });
  });
  return { organizationId, sourceId, sessionId };
}

type Query = { query(text: string, values: unknown[]): Promise<unknown> };

export async function addSession(sql: Query, { organizationId, sourceId, sessionId }: Tenant): Promise<void> {
  await sql.query(
    `insert into "Session" ("id", "organizationId", "sourceId", "profile", "requestId", "pipelines")
      values ($1, $2, $3, 'FAST', 'test', '{detect}')`,
    [sessionId, organizationId, sourceId],
  );
}

/** Events that differ in what the test says. */
export function eventsOf({ sourceId, sessionId }: Tenant, count: number, fields: Partial<NewEvent> = {}): NewEvent[] {
  return Array.from({ length: count }, () => ({
    type: 'OBJECT_UPDATED',
    sourceId,
    sessionId,
    requestId: 'test',
    occurredAt: new Date(),
    label: 'person',
    confidence: 0.5,
    ...fields,
  }));
}

/** Writers, relay and feed over one database, as one process would wire them. */
export async function openFeedWorld(options: { bus?: Bus; pollMs?: number; databaseUrl?: string } = {}) {
  await using opening = new AsyncDisposableStack();
  const databaseUrl = options.databaseUrl ?? opening.use(await createTestDatabase()).url;
  const database = opening.use(openDatabase(databaseUrl));
  const { pool } = database;
  const bus = options.bus ?? opening.use(createMemoryBus({ log: quiet }));
  const relay = opening.use(startRelay({ pool, bus, log: quiet }));
  const signals = createSignalReader({ bus, log: quiet });
  const writer = createEventWriter({ clock: { now: () => new Date() } });
  const feed = opening.use(
    createEventFeed({ reader: createFeedReader({ pool, system: pool }), signals, log: quiet, ...pollOf(options) }),
  );

  const outbox = createOutbox({ relay, tell: createTell(bus) });

  async function append(tenant: Tenant, events: NewEvent[]) {
    const range = await inTransaction(pool, (sql) => writer.append(sql, tenant.organizationId, events));
    outbox.kick(grownOf(range));
    return range;
  }

  const open = opening.move();
  return {
    databaseUrl,
    pool,
    bus,
    signals,
    relay,
    outbox,
    writer,
    feed,
    append,
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

const pollOf = ({ pollMs }: { pollMs?: number }) => (pollMs === undefined ? {} : { pollMs });

type Reading = Partial<Parameters<EventFeed['read']>[0]> & { organizationId: string };

/** Starts reading; `take(n)` gives the next n items. Leaving the scope ends it. */
export async function startReading(feed: EventFeed, reading: Reading) {
  const stop = new AbortController();
  const items = await feed.read({ after: null, filter: {}, signal: stop.signal, ...reading });
  return {
    stop: () => stop.abort(),
    next: () => items.next(),
    async take(count: number): Promise<FeedItem[]> {
      const taken: FeedItem[] = [];
      while (taken.length < count) {
        const { value, done } = await items.next();
        if (done) throw new Error(`The feed ended after ${taken.length} of ${count} items.`);
        if (!(value instanceof Progress)) taken.push(value);
      }
      return taken;
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await items.return();
    },
  };
}

/** Numbers of events; a gap as the text `from-to`. */
export function seqsOf(items: readonly FeedItem[]): (number | string)[] {
  return items.map((item) => (item.kind === 'gap' ? `${item.fromSeq}-${item.toSeq}` : Number(seqOf(item))));
}

export const upTo = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, index) => first + index);
