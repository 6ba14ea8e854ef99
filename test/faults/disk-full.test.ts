import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createFakeInference, frame, opened } from '../harness/fake-inference.ts';
import { query } from '../harness/database.ts';
import { signUp } from '../harness/people.ts';
import { startTestServer } from '../harness/server.ts';
import { createSource, startSession } from '../harness/sources.ts';
import { until } from '../harness/until.ts';
import { check, createHistory } from './history.ts';
import { startBareReader } from './readers.ts';
import { isLong, report } from './report.ts';

const rounds = isLong ? 10 : 1;
const frameCount = 6;
const diskBytes = 4 * 1024 * 1024;
const patient = { timeout: 900_000 };

/** A disk of four megabytes. Null where we may not have one: that takes root on Linux. */
async function mountSmallDisk() {
  const path = await mkdtemp(join(tmpdir(), 'sightline-disk-'));
  const run = (program: string, ...args: string[]) => spawnSync(program, args, { stdio: 'ignore' }).status === 0;
  const isMounted = run('mount', '-t', 'tmpfs', '-o', `size=${diskBytes}`, 'sightline', path);
  const filler = join(path, 'filler');
  return {
    path,
    isMounted,
    /** Nothing fits on it any more. */
    fill: () => writeFile(filler, Buffer.alloc(2 * diskBytes)).catch(() => {}),
    free: () => rm(filler),
    async [Symbol.asyncDispose]() {
      if (isMounted) run('umount', path);
      await rm(path, { recursive: true, force: true });
    },
  };
}

test(
  `the disk is full ${rounds} times while a session records: what happened is recorded once, when there is room again`,
  patient,
  async (t) => {
    await using disk = await mountSmallDisk();
    if (!disk.isMounted) return t.skip('a small disk cannot be mounted here');
    const startedAt = performance.now();
    const fake = createFakeInference();
    await using server = await startTestServer({ inference: fake.inference, env: { DATA_DIR: disk.path } });
    const person = await signUp(server);
    await using reader = startBareReader({ ...server, ...person }, 'ws');
    const picture = new Uint8Array(100_000).fill(7);
    picture.set([0xff, 0xd8, 0xff]);
    let runCount = 0;
    let isOver = false;
    async function sidecar(): Promise<void> {
      for (;;) {
        const run = await fake.nextRun();
        if (isOver) return;
        runCount += 1;
        run.send(opened);
        for (let index = run.spec.startFrameIndex; index < frameCount; index += 1) {
          const seen = frame(index, [{ trackNumber: index + 1 }]);
          run.send(seen.type === 'frame' ? { ...seen, snapshot: picture } : seen);
        }
        run.send({ type: 'ended' });
      }
    }
    void sidecar();

    let answeredMeanwhile = 0;
    for (let round = 1; round <= rounds; round += 1) {
      const source = await createSource(server, person);
      await disk.fill();
      const runsBefore = runCount;
      await startSession(server, person, source);
      // It tried, there was no room, and it tries again.
      await until(() => runCount > runsBefore + 1);
      const live = await fetch(`${server.url}/health/live`);
      if (live.ok) answeredMeanwhile += 1;
      await live.body?.cancel();
      await disk.free();
      const ended = 'select count(*)::int as count from "Session" where "endedAt" is not null';
      await until(async () => (await query(server.databaseUrl, ended))[0]?.['count'] === round);
    }
    isOver = true;
    const rows = await query(
      server.databaseUrl,
      `select "seq"::int as seq, "sessionId" || ' ' || "frameIndex" as frame, "type" from "Event" order by "seq"`,
    );
    await reader.until(rows.length);
    const feed = createHistory();
    for (const seq of reader.seqs) feed.seen(reader.name, String(seq));
    const { details, ...counts } = check(
      feed,
      rows.map(({ seq }) => String(seq)),
    );
    const entered = rows.filter(({ type }) => type === 'OBJECT_ENTERED').map(({ frame: where }) => String(where));
    const twice = entered.length - new Set(entered).size;
    const missing = rounds * frameCount - new Set(entered).size;
    report(
      'disk full',
      {
        tried: rows.length,
        injected: rounds,
        lost: counts.lost + missing,
        duplicated: counts.duplicated + twice,
        reordered: counts.reordered,
        failed: rounds - answeredMeanwhile,
      },
      { seconds: (performance.now() - startedAt) / 1_000 },
    );
    assert.deepEqual([details, twice, missing], [[], 0, 0]);
  },
);
