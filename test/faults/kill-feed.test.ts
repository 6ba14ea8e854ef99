import assert from 'node:assert/strict';
import { test } from 'node:test';
import pg from 'pg';
import { createTestDatabase } from '../harness/database.ts';
import { signUp } from '../harness/people.ts';
import { createSource, startSession } from '../harness/sources.ts';
import { check, createHistory } from './history.ts';
import { startBareReader, startClientReader } from './readers.ts';
import { isLong, report } from './report.ts';
import { eventsPerFrame, startScriptedSidecar, wholeFrames } from './scripted-sidecar.ts';
import { chanceOf } from './seed.ts';
import { createServerProcess } from './server-process.ts';

const kills = isLong ? 50 : 6;
// As many starts of a whole server: half a second each alone, more beside other suites.
const patient = { timeout: 900_000 };

test(
  `a server killed ${kills} times while it records: nothing that was confirmed is lost; readers get what the table holds`,
  patient,
  async (t) => {
    const startedAt = performance.now();
    const chance = chanceOf('kill-feed');
    const [batches, feed] = [createHistory(), createHistory()];
    await using database = await createTestDatabase();
    const onConfirmed = (index: number) => batches.acked(String(index));
    await using sidecar = await startScriptedSidecar({ frameEveryMs: 4, onConfirmed });
    await using server = await createServerProcess({ DATABASE_URL: database.url, INFERENCE_URL: sidecar.url });
    // Started twice: a clean stop keeps what was compiled, for the many starts to come.
    await server.start();
    await server.stop();
    await server.start();
    const person = await signUp(server);
    const sourceId = await createSource({ ...server, sourceDirectory: server.directory }, person);
    await startSession(server, person, sourceId);

    t.after(() => t.diagnostic(server.log().slice(-2_000) || 'the server logged nothing'));
    await using bare = startBareReader({ ...server, ...person }, 'ws');
    await using streaming = startBareReader({ ...server, ...person }, 'sse');
    await using client = startClientReader({ ...server, ...person });
    const readers = [bare, streaming, client];

    let slowestBackMs = 0;
    for (let kill = 1; kill <= kills; kill += 1) {
      // Somewhere in the middle of recording, at another place each time; now and then as soon as it answers.
      const more = kill % 5 === 0 ? 0 : chance.between(1, 40);
      await Promise.all(readers.map((reader) => reader.until(reader.seqs.length + more)));
      await server.kill();
      const killedAt = performance.now();
      await server.start();
      slowestBackMs = Math.max(slowestBackMs, performance.now() - killedAt);
    }

    await bare.until(bare.seqs.length + 20);
    sidecar.finish();
    const table = await waitForEnd(database.url, server.log);
    await Promise.all(readers.map((reader) => reader.until(table.length)));

    const seqs = table.map(({ seq }) => seq);
    for (const { name, seqs: received } of readers) for (const seq of received) feed.seen(name, String(seq));
    const ofFeed = check(feed, seqs.map(String));
    const ofBatches = check(batches, wholeFrames(table));
    const isEnded = table.filter(({ type }) => type === 'SESSION_ENDED').length === 1;
    report(
      'server killed while it records',
      {
        tried: seqs.length,
        injected: kills,
        lost: ofFeed.lost + ofBatches.lost,
        duplicated: ofFeed.duplicated + ofBatches.duplicated,
        reordered: ofFeed.reordered,
        stuck: isEnded ? 0 : 1,
      },
      { seconds: (performance.now() - startedAt) / 1_000, slowestBackMs, confirmedFrames: batches.ackedIds.size },
    );
    assert.deepEqual([...ofFeed.details, ...ofBatches.details], []);
    assert.ok(isEnded);
    assert.deepEqual(
      seqs,
      seqs.map((_, index) => index + 1),
      'the feed has a gap',
    );
    const frames = wholeFrames(table);
    assert.deepEqual(
      frames,
      frames.map((_, index) => String(index)),
    );
    const ofFrames = table.filter(({ frameIndex }) => frameIndex !== null);
    assert.equal(ofFrames.length, frames.length * eventsPerFrame, 'a frame is there in part');
    assert.ok(sidecar.firstFrames.length > kills / 2, 'the session did not resume after the kills');
    t.diagnostic(`${table.length} events over ${sidecar.firstFrames.length} runs`);
  },
);

type Row = { seq: number; type: string; frameIndex: number | null };

/** The table, once the session has told its end. */
async function waitForEnd(url: string, log: () => string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const deadline = AbortSignal.timeout(60_000);
    for (;;) {
      const ended = await client.query(`select 1 from "Event" where "type" = 'SESSION_ENDED'`);
      if (ended.rowCount === 1) break;
      if (deadline.aborted) throw new Error(`The session did not end.\n${log()}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const { rows } = await client.query<Row>('select "seq"::int, "type", "frameIndex" from "Event" order by "seq"');
    return rows;
  } finally {
    await client.end();
  }
}
