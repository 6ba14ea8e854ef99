import { randomUUID, randomUUIDv7 } from 'node:crypto';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '@sightline/db/database';
import { migrateDatabase } from '@sightline/db/migrate';
import { startThrowawayCluster } from '@sightline/db/throwaway-cluster';
import { createEventWriter } from '@sightline/server/domain/events/event-writer';
import type { NewEvent } from '@sightline/server/domain/events/event-writer';
import { inTransaction } from '@sightline/server/transaction';
import { median } from '../lib/compare.ts';
import { moreIsBetter } from '../lib/report.ts';
import { addTenant } from './lib/tenant.ts';
import type { Section } from './sections.ts';

const goal = 0.45;
const batchSize = 1_000;

const columns = `"id", "organizationId", "seq", "month", "type", "sourceId", "sessionId", "requestId", "occurredAt", "recordedAt",
  "frameIndex", "trackNumber", "label", "confidence", "boxX", "boxY", "boxWidth", "boxHeight", "snapshotId"`;

/**
 * Batches of a thousand events into the feed, with its numbers, its signal, its roll-ups and all columns, against a COPY by
 * PostgreSQL itself, from its own disk, into a plain table of the same columns, checks and indexes. One connection, a
 * durable commit a batch, by turns.
 */
export const ingest: Section = async ({ say, quick }) => {
  await using resources = new AsyncDisposableStack();
  const { adminUrl: databaseUrl } = resources.use(await startThrowawayCluster());
  await migrateDatabase(databaseUrl);
  const database = resources.use(openDatabase(databaseUrl, { maxConnections: 1 }));
  const { pool } = database;
  const { organizationId, sourceIds } = await addTenant(database, 1);
  const sessionId = randomUUID();
  const folder = await mkdtemp(join(tmpdir(), 'sightline-bench-'));
  resources.defer(() => rm(folder, { recursive: true, force: true }));
  // PostgreSQL may run as somebody else.
  await chmod(folder, 0o755);
  const file = join(folder, 'events.txt');
  await pool.query(
    'create table "PlainEvent" (like "Event" including defaults including constraints including indexes)',
  );

  const writer = createEventWriter({ clock: { now: () => new Date() } });
  const sourceId = sourceIds[0] ?? randomUUID();
  let frameIndex = 0;
  const eventsOfBatch = (): NewEvent[] =>
    Array.from({ length: batchSize }, (_, index) => ({
      ...{ type: 'OBJECT_UPDATED', sourceId, sessionId, requestId: 'bench', occurredAt: new Date() },
      ...{ frameIndex: (frameIndex += 1), trackNumber: 1 + (index % 50), label: 'person', confidence: 0.875 },
      ...{ box: { x: 0.125, y: 0.25, width: 0.2, height: 0.4 }, snapshotId: randomUUIDv7() },
    }));
  let copied = 0;
  async function writeFileOf(events: NewEvent[]): Promise<void> {
    const lines = events.map(({ occurredAt, box, ...event }) => {
      const at = occurredAt.toISOString();
      const place = [randomUUIDv7(), organizationId, (copied += 1), `${at.slice(0, 7)}-01`, event.type, event.sourceId];
      const what = [event.sessionId, event.requestId, at, at, event.frameIndex, event.trackNumber, event.label];
      return [...place, ...what, event.confidence, box?.x, box?.y, box?.width, box?.height, event.snapshotId].join(
        '\t',
      );
    });
    await writeFile(file, `${lines.join('\n')}\n`, { mode: 0o644 });
  }

  const tookMs = { copy: [] as number[], sightline: [] as number[] };
  const rounds = quick ? 40 : 200;
  for (let round = 0; round < rounds; round += 1) {
    await writeFileOf(eventsOfBatch());
    const events = eventsOfBatch();
    for (const name of ['copy', 'sightline'] as const) {
      const began = performance.now();
      await inTransaction(pool, async (sql) =>
        name === 'copy'
          ? sql.query(`copy "PlainEvent" (${columns}) from '${file}'`)
          : writer.append(sql, organizationId, events),
      );
      // The first ones are for compilers and caches.
      if (round >= rounds / 8) tookMs[name].push(performance.now() - began);
    }
  }
  const [value, floor] = [tookMs.sightline, tookMs.copy].map((took) => (batchSize * 1_000) / median(took));
  say(`${Math.round(value ?? 0)} events a second, COPY ${Math.round(floor ?? 0)}`);
  return [moreIsBetter('events recorded, batches of 1 000', value ?? 0, 'events/s', floor ?? 0, goal)];
};
