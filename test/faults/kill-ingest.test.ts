import assert from 'node:assert/strict';
import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createTestDatabase, query } from '../harness/database.ts';
import { signUp } from '../harness/people.ts';
import { createSourceOf, startSession, waitForSession } from '../harness/sources.ts';
import { blob, scene } from '../inference/pictures.ts';
import { startBatchProxy } from './batch-proxy.ts';
import { report } from './report.ts';
import { createServerProcess } from './server-process.ts';
import { createSidecarProcess } from './sidecar-process.ts';

/** More than two batches hold, each of 32 at most: on a slow machine the first may have all that was read meanwhile. */
const frameCount = 72;
/** Frames until the blob turns round. */
const wayThere = 23;
const patient = { timeout: 600_000 };

test(
  'sidecar and server killed between what was recorded and its being confirmed: every frame is there, once',
  patient,
  async (t) => {
    const startedAt = performance.now();
    await using database = await createTestDatabase();
    await using pictures = await mkdtempDisposable(join(tmpdir(), 'sightline-walk-'));
    const { path } = pictures;
    await using sidecar = await createSidecarProcess({ SOURCE_DIRS: path });
    await using proxy = await startBatchProxy(() => server.url);
    await using server = await createServerProcess({
      DATABASE_URL: database.url,
      SOURCE_DIRS: path,
      INFERENCE_URL: sidecar.url,
      INTERNAL_URL: proxy.url,
    });
    t.after(() => t.diagnostic([server.log(), sidecar.log()].join('\n').slice(-3_000) || 'nothing was logged'));
    await Promise.all([server.start(), sidecar.start(), writeWalk(path)]);
    const person = await signUp(server);
    const sourceId = await createSourceOf(server, person, { name: 'walk', path });

    const sidecarKilled = proxy.whenRecorded(sidecar.kill);
    const sessionId = await startSession(server, person, sourceId);
    await sidecarKilled;
    const recordedFirst = await framesRead(database.url);
    const serverKilled = proxy.whenRecorded(server.kill);
    await sidecar.start();
    await serverKilled;
    const recordedSecond = await framesRead(database.url);
    await server.start();
    const session = await waitForSession(server, person, sessionId, ({ state }) => state === 'COMPLETED');

    const events = await query(
      database.url,
      `select "seq"::int, "frameIndex", "trackNumber" from "Event" order by "seq"`,
    );
    const named = events.flatMap(({ frameIndex, trackNumber }) =>
      frameIndex === null ? [] : [`frame ${frameIndex} track ${trackNumber}`],
    );
    // What a frame costs is recorded in its transaction: once lost or twice there, this is another number.
    const [paid] = await query(
      database.url,
      `select coalesce(sum("count"), 0)::int as "frames" from "UsageRecord" where "meter" = 'FRAMES'`,
    );
    const frames = Number(paid?.['frames']);
    const lost = Math.max(0, frameCount - frames);
    const [files] = await query(
      database.url,
      `select count(*)::int as "all", count(distinct "storageKey")::int as "different" from "Artifact"`,
    );
    const again = Number(files?.['all']) - Number(files?.['different']) + Math.max(0, frames - frameCount);
    const duplicated = named.length - new Set(named).size + again;
    report(
      'sidecar and server killed before a batch was confirmed',
      { tried: frameCount, injected: 2, lost, duplicated },
      { seconds: (performance.now() - startedAt) / 1_000 },
    );
    // Both times something was there that nobody had been told of, and more was to come.
    assert.ok(recordedFirst > 0 && recordedSecond > recordedFirst && recordedSecond < frameCount);
    assert.deepEqual([session.framesRead, lost, duplicated], [frameCount, 0, 0]);
    assert.deepEqual(
      events.map(({ seq }) => seq),
      events.map((_, index) => index + 1),
      'the feed has a gap',
    );
  },
);

/** A blob that walks: every frame has something to tell. */
async function writeWalk(folder: string): Promise<void> {
  await Promise.all(
    Array.from({ length: frameCount }, async (_, index) => {
      const step = wayThere - Math.abs(wayThere - (index % (2 * wayThere)));
      const picture = scene([blob('red', 10 + 12 * step, 60)]).jpeg({ quality: 95 });
      // In the order of names.
      await writeFile(join(folder, `${String(index).padStart(2, '0')}.jpg`), await picture.toBuffer());
    }),
  );
}

async function framesRead(url: string): Promise<number> {
  const [row] = await query(url, 'select "framesRead" from "Session"');
  return Number(row?.['framesRead']);
}
