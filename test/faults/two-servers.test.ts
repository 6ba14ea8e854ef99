import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTestDatabase, query } from '../harness/database.ts';
import { signUp } from '../harness/people.ts';
import { createSource, startSession } from '../harness/sources.ts';
import { upTo } from '../realtime/feed-world.ts';
import { redisMissing, startOwnRedis } from '../realtime/own-redis.ts';
import { check, createHistory } from './history.ts';
import { startBareReader, startClientReader } from './readers.ts';
import { isLong, report } from './report.ts';
import { startScriptedSidecar, wholeFrames } from './scripted-sidecar.ts';
import { createServerProcess } from './server-process.ts';

const eventsMin = isLong ? 10_000 : 200;
const kills = isLong ? 5 : 1;
const patient = { timeout: 900_000, skip: redisMissing };

test(
  `one of two servers is killed ${kills} times: who listens to the other loses nothing, and the session goes on there`,
  patient,
  async (t) => {
    const startedAt = performance.now();
    const batches = createHistory();
    await using redis = await startOwnRedis();
    await using database = await createTestDatabase();
    const onConfirmed = (index: number) => batches.acked(String(index));
    await using sidecar = await startScriptedSidecar({ frameEveryMs: 2, onConfirmed });
    const env = { DATABASE_URL: database.url, INFERENCE_URL: sidecar.url, REDIS_URL: redis.url };
    await using mortal = await createServerProcess(env);
    await mortal.start();
    t.after(() => t.diagnostic(mortal.log().slice(-2_000)));
    const person = await signUp(mortal);
    const sourceId = await createSource({ ...mortal, sourceDirectory: mortal.directory }, person);
    await startSession(mortal, person, sourceId);
    // Started second, so that the session begins in the first. It reads pictures where the first had them.
    await using lasting = await createServerProcess({ ...env, SOURCE_DIRS: mortal.directory });
    await lasting.start();
    await using bare = startBareReader({ ...lasting, ...person }, 'ws');
    await using client = startClientReader({ ...lasting, ...person });
    const readers = [bare, client];
    for (let kill = 1; kill <= kills; kill += 1) {
      await bare.until(Math.floor((eventsMin * kill) / (kills + 1)));
      await mortal.kill();
      // It goes on while the first is away.
      await bare.until(bare.seqs.length + 20);
      await mortal.start();
    }
    await bare.until(eventsMin);
    sidecar.finish();
    const ended = `select count(*)::int as count from "Event" where "type" = 'SESSION_ENDED'`;
    const deadline = performance.now() + 60_000;
    let isEnded = false;
    while (!isEnded && performance.now() < deadline) isEnded = (await query(database.url, ended))[0]?.['count'] === 1;

    const rows = (await query(
      database.url,
      'select "seq"::int as "seq", "frameIndex" from "Event" order by "seq"',
    )) as { seq: number; frameIndex: number | null }[];
    await Promise.all(readers.map((reader) => reader.until(rows.length)));
    const feed = createHistory();
    for (const { name, seqs } of readers) for (const seq of seqs) feed.seen(name, String(seq));
    const ofFeed = check(
      feed,
      rows.map(({ seq }) => String(seq)),
    );
    const ofBatches = check(batches, wholeFrames(rows));
    report(
      'feed: one of two servers killed',
      {
        tried: rows.length * readers.length,
        injected: kills,
        lost: ofFeed.lost + ofBatches.lost,
        duplicated: ofFeed.duplicated + ofBatches.duplicated,
        reordered: ofFeed.reordered,
        stuck: isEnded ? 0 : 1,
      },
      { seconds: (performance.now() - startedAt) / 1_000 },
    );
    assert.deepEqual([...ofFeed.details, ...ofBatches.details], []);
    assert.deepEqual(
      rows.map(({ seq }) => seq),
      upTo(rows.length),
      'the feed has a gap',
    );
    assert.ok(isEnded);
    assert.ok(sidecar.firstFrames.length > 1, 'the session did not move');
  },
);
