import assert from 'node:assert/strict';
import { test } from 'node:test';
import pg from 'pg';
import { createTestDatabase } from '../harness/database.ts';
import { signUp } from '../harness/people.ts';
import { createSource, startSession } from '../harness/sources.ts';
import { startBareReader, startClientReader } from './readers.ts';
import { eventsPerFrame, startScriptedSidecar } from './scripted-sidecar.ts';
import { createServerProcess } from './server-process.ts';

const kills = 20;
// Twenty starts of a whole server: half a minute alone, more beside other suites.
const patient = { timeout: 300_000 };

test(
  `a server killed ${kills} times while it records: readers get what the table holds, in order, nothing twice`,
  patient,
  async (t) => {
    await using database = await createTestDatabase();
    await using sidecar = await startScriptedSidecar({ frameEveryMs: 4 });
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

    for (let kill = 1; kill <= kills; kill += 1) {
      // Somewhere in the middle of recording, at another place each time; now and then as soon as it answers.
      const more = kill % 5 === 0 ? 0 : 1 + Math.floor(Math.random() * 40);
      await Promise.all(readers.map((reader) => reader.until(reader.seqs.length + more)));
      await server.kill();
      await server.start();
    }

    sidecar.finish();
    const table = await waitForEnd(database.url, server.log);
    await Promise.all(readers.map((reader) => reader.until(table.length)));
    const seqs = table.map(({ seq }) => seq);
    assert.deepEqual(
      seqs,
      seqs.map((_, index) => index + 1),
      'the feed has a gap',
    );
    for (const { name, seqs: received } of readers) assert.deepEqual(received, seqs, `${name} got something else`);

    // And what was recorded is right as well: every frame once, whole, though many were cut in the middle.
    const perFrame = Map.groupBy(
      table.filter(({ frameIndex }) => frameIndex !== null),
      ({ frameIndex }) => frameIndex,
    );
    assert.deepEqual(
      [...perFrame.keys()],
      Array.from(perFrame, (_, index) => index),
    );
    for (const [frameIndex, events] of perFrame) assert.equal(events.length, eventsPerFrame, `frame ${frameIndex}`);
    assert.equal(table.filter(({ type }) => type === 'SESSION_ENDED').length, 1);
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
    const deadline = AbortSignal.timeout(20_000);
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
