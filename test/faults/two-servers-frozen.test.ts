import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTestDatabase, query } from '../harness/database.ts';
import { joinAs, signUp } from '../harness/people.ts';
import { createSource, startSession } from '../harness/sources.ts';
import { until } from '../harness/until.ts';
import { redisMissing, startOwnRedis } from '../realtime/own-redis.ts';
import { watchPresence } from '../realtime/presence-view.ts';
import { check, createHistory } from './history.ts';
import { startBareReader } from './readers.ts';
import { isLong, report } from './report.ts';
import { eventsPerFrame, startScriptedSidecar } from './scripted-sidecar.ts';
import { createServerProcess } from './server-process.ts';

const rounds = isLong ? 5 : 1;
type Server = Awaited<ReturnType<typeof createServerProcess>>;
const patient = { timeout: 900_000, skip: redisMissing };
/** The long form waits until locks, leases and beats run out; the short one has the database say that they did. */
const shorter = isLong ? '' : '?idle_in_transaction_session_timeout=500';
const leaseIsOver = `update "Session" set "leaseExpiresAt" = now() where "leaseOwner" is not null`;
const beatsAreOld = `update "PresenceProcess" set "seenAt" = "seenAt" - interval '10 s' where "id" = `;

test(
  `one of two servers stands still ${rounds} times and goes on: the other takes over, shows nobody of it, and nothing is written twice`,
  patient,
  async (t) => {
    const startedAt = performance.now();
    const batches = createHistory();
    await using redis = await startOwnRedis();
    await using database = await createTestDatabase();
    await using sidecar = await startScriptedSidecar({
      frameEveryMs: 2,
      onConfirmed: (index) => batches.acked(String(index)),
    });
    const env = {
      ...{ INFERENCE_URL: sidecar.url, REDIS_URL: redis.url, DATABASE_URL: database.url + shorter },
      LOG_LEVEL: 'info',
    };
    await using closing = new AsyncDisposableStack();
    const one = closing.use(await createServerProcess(env));
    const two = closing.use(await createServerProcess({ ...env, SOURCE_DIRS: one.directory }));
    const servers = [one, two] as const;
    await Promise.all(servers.map((server) => server.start()));
    t.after(() => t.diagnostic(servers.map((server) => server.log().slice(-2_000)).join('\n')));
    const person = await signUp(one, 'anna');
    const other = await joinAs({ ...one, databaseUrl: database.url }, person, 'VIEWER', 'berta');
    const sourceId = await createSource({ ...one, sourceDirectory: one.directory }, person);
    await startSession(one, person, sourceId);

    const readers = servers.map((server) => closing.use(startBareReader({ ...server, ...person }, 'ws')));
    const owner = async () => {
      const [session] = await query(database.url, `select "leaseOwner" as id from "Session"`);
      return session?.['id'] as string | null;
    };
    const count = (server: Server, words: string) => server.log().split(words).length - 1;
    const hasSession = (server: Server) => count(server, 'session taken') > count(server, 'session let go');
    let ghosts = 0;
    for (let round = 0; round < rounds; round += 1) {
      await until(() => servers.some(hasSession));
      const [frozen, awake] = hasSession(one) ? servers : ([two, one] as const);
      const reader = readers[servers.indexOf(awake)]!;
      await using there = watchPresence(frozen, person, null);
      await there.shows('anna');
      await using here = watchPresence(awake, other, null);
      await here.shows('anna berta');
      await reader.until(reader.seqs.length + 50);
      const before = await owner();
      frozen.freeze();
      // What it held in the middle of a transaction is free once PostgreSQL has ended that.
      if (!isLong) await query(database.url, leaseIsOver);
      if (!isLong) await query(database.url, `${beatsAreOld}'${before}'`);
      await until(async () => ![before, null].includes(await owner()));
      await here.shows('berta');
      const seenBefore = here.seen.length;
      await reader.until(reader.seqs.length + 50);
      ghosts += here.seen.slice(seenBefore).filter(({ presentCount }) => presentCount > 1).length;

      frozen.thaw();
      // It finds out by itself, whoever is connected to it is there again, and what it has from before is refused.
      await until(() => !hasSession(frozen));
      await until(() => here.seen.at(-1)?.presentCount === 2);
      await reader.until(reader.seqs.length + 50);
      assert.notEqual(await owner(), before);
    }
    sidecar.finish();
    const ended = `select count(*)::int as count from "Event" where "type" = 'SESSION_ENDED'`;
    await until(async () => (await query(database.url, ended))[0]?.['count'] === 1);

    const rows = await query(
      database.url,
      'select "seq"::int as seq, "frameIndex" as frame from "Event" order by "seq"',
    );
    await Promise.all(readers.map((reader) => reader.until(rows.length)));
    const feed = createHistory();
    for (const [index, { seqs }] of readers.entries()) for (const seq of seqs) feed.seen(`${index}`, String(seq));
    const ofFeed = check(
      feed,
      rows.map(({ seq }) => String(seq)),
    );
    const perFrame = Map.groupBy(
      rows.filter(({ frame }) => frame !== null),
      ({ frame }) => String(frame),
    );
    const ofBatches = check(batches, [...perFrame.keys()]);
    const twice = [...perFrame.values()].filter(({ length }) => length !== eventsPerFrame).length;
    report(
      'feed: one of two servers frozen',
      {
        ...{ tried: rows.length * readers.length, injected: rounds },
        lost: ofFeed.lost + ofBatches.lost,
        duplicated: ofFeed.duplicated + twice + ghosts,
        reordered: ofFeed.reordered,
      },
      { seconds: (performance.now() - startedAt) / 1_000 },
    );
    assert.deepEqual([...ofFeed.details, ...ofBatches.details], []);
    assert.deepEqual([twice, ghosts], [0, 0], 'frames that are there twice, and people who were not there');
    assert.ok(sidecar.firstFrames.length > rounds, 'the session did not move');
  },
);
