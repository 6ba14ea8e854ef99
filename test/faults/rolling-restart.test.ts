import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createTestDatabase, query } from '../harness/database.ts';
import { signUp } from '../harness/people.ts';
import { createSourceOf, startSession } from '../harness/sources.ts';
import { until } from '../harness/until.ts';
import { createDataDir, startLauncher } from '../launcher/launcher.ts';
import { redisMissing, startOwnRedis } from '../realtime/own-redis.ts';
import { check, createHistory } from './history.ts';
import { liftRates, startLoad, storedTeams } from './load.ts';
import { startBareReader, startClientReader } from './readers.ts';
import { isLong, report } from './report.ts';

const rounds = isLong ? 10 : 1;
const patient = { timeout: 900_000, skip: redisMissing };
const samples = fileURLToPath(new URL('../../deploy/samples', import.meta.url));

test(
  `two servers started again one after the other, ${rounds} times under load: no request fails, no event is lost`,
  patient,
  async (t) => {
    const startedAt = performance.now();
    await using redis = await startOwnRedis();
    await using database = await createTestDatabase();
    await liftRates(database.url);
    await using data = await createDataDir();
    const args = ['--no-demo', '--servers', '2', '--redis', redis.url];
    const env = { DATABASE_URL: database.url, REQUESTS_PER_MINUTE_PER_ADDRESS: '1000000' };
    const launcher = startLauncher(data.path, env, args);
    t.after(() => launcher.output().length > 0 && t.diagnostic(launcher.output().slice(-1_500)));
    const [, url = ''] = await launcher.says(/GraphQL +(http:\S+)\/graphql/);
    const person = await signUp({ url });
    const source = { name: 'street', path: join(samples, 'street') };
    const sourceId = await createSourceOf({ url }, person, source);

    await using bare = startBareReader({ url, ...person }, 'ws');
    await using client = startClientReader({ url, ...person });
    const readers = [bare, client];
    const history = createHistory();
    const load = startLoad({ url, token: person.token, history, callers: isLong ? 6 : 1, writes: 'once' });
    const sessionFailures: string[] = [];
    let sessionCount = 0;

    for (let round = 1; round <= rounds; round += 1) {
      const before = load.answered();
      await startSession({ url }, person, sourceId).catch((error: Error) => sessionFailures.push(error.message));
      sessionCount += 1;
      await until(() => load.answered() > before + 100);
      launcher.child.kill('SIGUSR2');
      const told = new RegExp(`(?:Every server was started again[^]*){${round}}|Not every server.*`);
      const [words] = await launcher.says(told);
      assert.doesNotMatch(words, /Not every/);
    }
    const settled = load.answered();
    await until(() => load.answered() > settled + 50);
    await load.stop();

    // Every session comes to its end, whichever server it was handed to.
    const ended = `select count(*)::int as count from "Session" where "endedAt" is not null`;
    let stuck = sessionCount;
    await until(async () => (stuck = sessionCount - Number((await query(database.url, ended))[0]?.['count'])) === 0);
    const table = await query(database.url, 'select "seq"::int as seq from "Event" order by "seq"');
    const seqs = table.map(({ seq }) => Number(seq));
    await Promise.all(readers.map((reader) => reader.until(seqs.length)));
    const events = createHistory();
    for (const { name, seqs: received } of readers) for (const seq of received) events.seen(name, String(seq));

    const ofEvents = check(events, seqs.map(String));
    const ofTeams = check(history, await storedTeams(database.url));
    const failures = [...load.failures, ...sessionFailures];
    report(
      'rolling restart',
      {
        tried: load.answered() + seqs.length,
        injected: 2 * rounds,
        lost: ofEvents.lost + ofTeams.lost,
        duplicated: ofEvents.duplicated + ofTeams.duplicated,
        reordered: ofEvents.reordered,
        stuck,
        failed: failures.length,
      },
      { seconds: (performance.now() - startedAt) / 1_000, slowestMs: Math.max(...load.msOf.read, ...load.msOf.write) },
    );
    assert.deepEqual(failures, []);
    assert.deepEqual([...ofEvents.details, ...ofTeams.details], []);
    assert.ok(seqs.length > 0 && history.ackedIds.size > 0);
    assert.equal((await launcher.stop('SIGINT')).code, 0, launcher.output());
  },
);
