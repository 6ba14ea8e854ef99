import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startEmbedded } from '@sightline/db/embedded';
import { migrateDatabase } from '@sightline/db/migrate';
import { createFakeInference } from '../harness/fake-inference.ts';
import { signUp } from '../harness/people.ts';
import { startTestServer } from '../harness/server.ts';
import { until } from '../harness/until.ts';
import { check, createHistory } from './history.ts';
import { liftRates, startLoad, storedTeams } from './load.ts';
import { isLong, report } from './report.ts';
import { chanceOf } from './seed.ts';

const [stops, callers] = isLong ? [10, 3] : [1, 1];
const patient = { timeout: 900_000 };

/** A PostgreSQL of one's own that may be stopped in the middle of everything, as `pg_ctl stop -m immediate` does. */
async function startMortalCluster() {
  const dataDir = await mkdtemp(join(tmpdir(), 'sightline-mortal-'));
  await chmod(dataDir, 0o711);
  let current = await startEmbedded({ dataDir });
  const first = current;
  return {
    url: first.url,
    async stopAtOnce(): Promise<void> {
      process.kill(current.pid, 'SIGQUIT');
      await current.exited;
    },
    async start(): Promise<void> {
      current = await startEmbedded({ dataDir, port: first.port });
      assert.equal(current.port, first.port);
    },
    async [Symbol.asyncDispose]() {
      await current.stop();
      await rm(current.clusterDir, { recursive: true, force: true });
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

test(
  `PostgreSQL stopped at once ${stops} times under load: nothing that was acknowledged is lost, callers are told to come back`,
  patient,
  async () => {
    const startedAt = performance.now();
    const chance = chanceOf('postgres-stop');
    await using cluster = await startMortalCluster();
    await migrateDatabase(cluster.url);
    await liftRates(cluster.url);
    await using server = await startTestServer({
      databaseUrl: cluster.url,
      inference: createFakeInference().inference,
    });
    const person = await signUp(server);
    const history = createHistory();
    const load = startLoad({ url: server.url, token: person.token, history, callers, writes: 'keyed' });

    let slowestBackMs = 0;
    for (let stop = 1; stop <= stops; stop += 1) {
      const before = history.ackedIds.size;
      await until(() => history.ackedIds.size > before + chance.between(5, 25));
      await cluster.stopAtOnce();
      await cluster.start();
      const backAt = performance.now();
      const acked = history.ackedIds.size;
      await until(() => history.ackedIds.size > acked);
      slowestBackMs = Math.max(slowestBackMs, performance.now() - backAt);
    }
    const settled = history.ackedIds.size;
    await until(() => history.ackedIds.size > settled + 20);
    await load.stop();

    const { details, ...counts } = check(history, await storedTeams(cluster.url));
    // A caller is told that it is not there, and never that something of ours is broken.
    const broken = load.failures.filter((text) => !text.includes('"SERVICE_UNAVAILABLE"'));
    report(
      'postgres stopped',
      { tried: history.ackedIds.size, injected: stops, ...counts, failed: broken.length },
      { seconds: (performance.now() - startedAt) / 1_000, slowestBackMs, toldToComeBack: load.failures.length },
    );
    assert.deepEqual(details, []);
    assert.deepEqual(broken, []);
    // What others do on the machine says more about one stop than we do.
    if (isLong) assert.ok(slowestBackMs < 10_000, `${slowestBackMs} ms until a write was acknowledged again`);
  },
);
