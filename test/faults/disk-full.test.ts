import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { RunMessage } from '@sightline/server/ports';
import { createFakeInference, frame, opened } from '../harness/fake-inference.ts';
import { query } from '../harness/database.ts';
import { signUp } from '../harness/people.ts';
import { serviceToken, startTestServer } from '../harness/server.ts';
import { createSource, startSession } from '../harness/sources.ts';
import { until } from '../harness/until.ts';
import { check, createHistory } from './history.ts';
import { encode, postUntilConfirmed } from './post-batch.ts';
import { startBareReader } from './readers.ts';
import { isLong, report } from './report.ts';

const rounds = isLong ? 10 : 2;
const frameCount = 6;
const pictureBytes = 100_000;
/** Twice what all rounds keep: it is full because we fill it, and not by itself. */
const diskBytes = 2 * rounds * frameCount * pictureBytes;
const patient = { timeout: 900_000 };

/** A disk of `diskBytes`. Not mounted where we may not have one: that takes root on Linux. */
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
    const picture = new Uint8Array(pictureBytes).fill(7);
    picture.set([0xff, 0xd8, 0xff]);
    const sessions: string[] = [];
    let triedCount = 0;
    let isOver = false;
    /** By turns it posts what it sees, as ours does, and tells it in the answer, as one that does not know of batches. */
    async function sidecar(): Promise<void> {
      for (;;) {
        const run = await fake.nextRun();
        if (isOver) return;
        const { sessionId, startFrameIndex, deliver } = run.spec;
        if (!sessions.includes(sessionId)) sessions.push(sessionId);
        const seen: RunMessage[] = [opened];
        for (let index = startFrameIndex; index < frameCount; index += 1)
          seen.push({ ...frame(index, [{ trackNumber: index + 1 }]), snapshot: picture } as RunMessage);
        const onUnconfirmed = () => (triedCount += 1);
        if (sessions.indexOf(sessionId) % 2 === 1) run.send(...seen);
        else {
          const asked = { ...run.spec, deliver: { ...deliver, token: serviceToken } };
          await postUntilConfirmed(asked, 1, seen.map(encode), { onUnconfirmed });
        }
        run.send({ type: 'ended' });
        triedCount += 1;
      }
    }
    void sidecar();

    let answeredMeanwhile = 0;
    for (let round = 1; round <= rounds; round += 1) {
      const source = await createSource(server, person);
      await disk.fill();
      const triedBefore = triedCount;
      await startSession(server, person, source);
      // It tried, there was no room, and it tries again.
      await until(() => triedCount > triedBefore + 1);
      const live = await fetch(`${server.url}/health/live`);
      if (live.ok) answeredMeanwhile += 1;
      await live.body?.cancel();
      await disk.free();
      const ended = `select count(*)::int as count from "Session" where "endReason" = 'SOURCE_ENDED'`;
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
