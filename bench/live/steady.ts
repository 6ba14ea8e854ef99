import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openDatabase } from '@sightline/db/database';
import { migrateDatabase } from '@sightline/db/migrate';
import { startThrowawayCluster } from '@sightline/db/throwaway-cluster';
import { startApp } from '@sightline/server/app';
import { loadConfig } from '@sightline/server/config';
import { createLogger } from '@sightline/server/infra/logger';
import type { RunMessage, RunSpec } from '@sightline/server/ports';
import type { Row } from '../lib/report.ts';
import { addTenant } from './lib/tenant.ts';
import type { Section } from './sections.ts';

const serviceToken = 'service-token-of-the-bench-0123456789abcdef';
const sessionCount = 4;
/** Batches of a session in a second. */
const batchesPerSecond = 5;

/** What sessions of a quiet street see for ten minutes, and then ten times as much for one: nothing is lost, or told twice. */
export const steady: Section = async ({ say, quick }) => {
  await using resources = new AsyncDisposableStack();
  const { adminUrl: databaseUrl } = resources.use(await startThrowawayCluster());
  await migrateDatabase(databaseUrl);
  const database = resources.use(openDatabase(databaseUrl));
  const { organizationId, sourceIds } = await addTenant(database, sessionCount);
  const folder = await mkdtemp(join(tmpdir(), 'sightline-bench-'));
  resources.defer(() => rm(folder, { recursive: true, force: true }));

  const specs: RunSpec[] = [];
  const stop = new AbortController();
  const config = loadConfig({
    ...{ DATABASE_URL: databaseUrl, PORT: '0', DATA_DIR: folder, SERVICE_TOKEN: serviceToken, LOG_LEVEL: 'fatal' },
    SIGNING_KEY: 'signing-key-of-the-bench-0123456789abcdef',
  });
  const inference = {
    // The bench is the sidecar: it learns where to post, and posts.
    async *run(spec: RunSpec, signal: AbortSignal): AsyncGenerator<RunMessage> {
      specs.push(spec);
      await delay(3_600_000, undefined, { signal: AbortSignal.any([signal, stop.signal]) }).catch(() => undefined);
      yield { type: 'ended' };
    },
    check: async () => {},
  };
  resources.use(await startApp({ config, log: createLogger(config.logLevel), inference }));
  resources.defer(async () => stop.abort());
  await database.prisma.session.createMany({
    data: Array.from({ length: sessionCount }, (_, index) => ({
      ...{ id: randomUUID(), organizationId, sourceId: sourceIds[index] ?? randomUUID(), profile: 'FAST' as const },
      ...{ requestId: 'bench', pipelines: ['detect'], state: 'QUEUED' as const },
    })),
  });
  while (specs.length < sessionCount) await delay(20);

  const rows: Row[] = [];
  const rates = quick
    ? ([
        [60, 20],
        [600, 5],
      ] as const)
    : ([
        [60, 600],
        [600, 60],
      ] as const);
  const posters = specs.map(createPoster);
  // What begins a session has numbers, too, and is not counted.
  await Promise.all(posters.map((poster) => poster.begin()));
  for (const [perSecond, seconds] of rates) {
    const before = await countOf(organizationId);
    const eventsPerBatch = perSecond / sessionCount / batchesPerSecond;
    const lateMs = (await Promise.all(posters.map((poster) => poster.run(eventsPerBatch, seconds))))
      .flat()
      .toSorted((a, b) => a - b);
    const sent = eventsPerBatch * batchesPerSecond * seconds * sessionCount;
    const after = await countOf(organizationId);
    const [stored, frames, numbers] = [
      after.events - before.events,
      after.frames - before.frames,
      after.lastSeq - before.lastSeq,
    ];
    const p99 = lateMs[Math.floor(lateMs.length * 0.99)] ?? 0;
    say(`${sent} events at ${perSecond}/s, confirmed within ${Math.round(p99)} ms (p99)`);
    const about = `${perSecond} events/s for ${seconds} s`;
    for (const [what, count] of [
      ['lost', sent - frames],
      ['twice', stored - frames],
      ['numbers left out', numbers - stored],
    ] as const)
      rows.push({
        metric: `${what}, ${about}`,
        value: count,
        unit: 'events',
        floor: null,
        ratio: null,
        goal: null,
        ok: count === 0,
      });
    rows.push({
      metric: `p99 until confirmed, ${about}`,
      value: p99,
      unit: 'ms',
      floor: null,
      ratio: null,
      goal: null,
      ok: null,
    });
  }
  return rows;

  /** How many events frames told that are stored, how many frames have one, and the newest number of all events. */
  async function countOf(organization: string): Promise<Stored> {
    const text = `select count("frameIndex")::int as "events", coalesce(max("seq"), 0)::int as "lastSeq",
      count(distinct ("sessionId", "frameIndex")) filter (where "frameIndex" is not null)::int as "frames"
      from "Event" where "organizationId" = $1`;
    const { rows: found } = await database.pool.query<Stored>(text, [organization]);
    return found[0] ?? { events: 0, frames: 0, lastSeq: 0 };
  }
};

type Stored = { events: number; frames: number; lastSeq: number };

/** Posts what one session sees, at its pace; gives how long after it was due each batch was confirmed, in milliseconds. */
function createPoster({ deliver }: RunSpec) {
  let seq = 0;
  let frameIndex = 0;
  const post = async (messages: object[]): Promise<void> => {
    seq += 1;
    const response = await fetch(deliver.url, {
      method: 'POST',
      headers: {
        ...{ authorization: `Bearer ${serviceToken}`, 'content-type': 'application/vnd.sightline.run' },
        'x-batch': `${deliver.attempt}.${seq}`,
      },
      body: Buffer.concat(messages.map(encode)),
    });
    const text = await response.text();
    if (response.status !== 200) throw new Error(`Batch ${seq} was answered ${response.status}: ${text}`);
  };
  const model = { name: 'bench', version: '1', digest: '' };
  return {
    begin: () => post([{ type: 'opened', framesTotal: null, model }]),
    async run(eventsPerBatch: number, seconds: number): Promise<number[]> {
      const began = performance.now();
      const lateMs: number[] = [];
      for (let batch = 0; batch < batchesPerSecond * seconds; batch += 1) {
        const dueAt = began + (batch * 1_000) / batchesPerSecond;
        await delay(Math.max(0, dueAt - performance.now()));
        await post(Array.from({ length: eventsPerBatch }, () => frameOf((frameIndex += 1))));
        lateMs.push(performance.now() - dueAt);
      }
      return lateMs;
    },
  };
}

const frameOf = (index: number) => ({
  ...{ type: 'frame', index, timestampMs: index * 40, width: 100, height: 100, nextTrackNumber: 2 },
  tracks: [
    { trackNumber: 1, change: 'updated', label: 'person', confidence: 0.9, box: { x: 1, y: 2, width: 30, height: 40 } },
  ],
});

function encode(message: object): Buffer {
  const header = Buffer.from(JSON.stringify(message));
  const prefix = Buffer.alloc(8);
  prefix.writeUInt32BE(header.byteLength, 0);
  return Buffer.concat([prefix, header]);
}
