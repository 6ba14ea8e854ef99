import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '@sightline/db/database';
import { migrateDatabase } from '@sightline/db/migrate';
import { startThrowawayCluster } from '@sightline/db/throwaway-cluster';
import { startRedis } from '../access/redis.ts';
import { fullHdPicture } from '../inference/picture.ts';
import type { Bench, Row } from '../lib/report.ts';
import { lessIsBetter } from '../lib/report.ts';
import { sidecarEnvironment } from '../lib/sidecar-environment.ts';
import { startSidecar } from '../lib/start-sidecar.ts';
import { startSubject } from '../lib/subject.ts';
import type { Subject } from '../lib/subject.ts';
import { compareBlocks } from './blocks.ts';
import type { Call, Pair } from './blocks.ts';
import { createMeteredCaller, createPlainCaller, setLimits } from './callers.ts';

/** What metering and quota may make of the median. */
const mostTimes = 1.05;
const serviceToken = 'service-token-of-the-bench-0123456789abcdef';
const document = '{ sources(first: 20) { edges { node { id name kind } } pageInfo { hasNextPage } } }';

/** What it costs to count a call, hold it to its quota and limits, and write it down, with Redis and without. */
const bench: Bench = async ({ say, quick = false }) => {
  await using resources = new AsyncDisposableStack();
  const { adminUrl: databaseUrl } = resources.use(await startThrowawayCluster());
  await migrateDatabase(databaseUrl);
  const directory = await mkdtemp(join(tmpdir(), 'sightline-bench-'));
  resources.defer(() => rm(directory, { recursive: true, force: true }));
  const redis = await startRedis();
  if (redis) resources.use(redis);
  else say('metering: there is no redis-server here, so nothing is measured with Redis');

  const server = (name: string, redisUrl: string) =>
    startSubject(name, new URL('../access/access-server.ts', import.meta.url), [
      'sightline',
      databaseUrl,
      directory,
      redisUrl,
    ]);
  const servers = await Promise.all([server('without Redis', ''), ...(redis ? [server('with Redis', redis.url)] : [])]);
  for (const each of servers) resources.use(each);
  const [first] = servers;
  await using database = openDatabase(databaseUrl);
  await setLimits(database);
  const metered = await createMeteredCaller(first!.url);
  const plain = await createPlainCaller(first!.url, database);

  const picture = await fullHdPicture();
  const counted = await Promise.all(servers.map((subject) => predictions(subject, metered.key)));
  const pairs = [...counted, ...servers.map((subject) => queries(subject, plain, metered))];

  const rows: Row[] = [];
  for (const pair of pairs) {
    say(`metering: ${pair.name}`);
    const plan = quick ? { rounds: 24, callsPerBlock: 5, warmUp: 25 } : { rounds: 200, callsPerBlock: 6, warmUp: 200 };
    const { plainMs, meteredMs, ratio } = await compareBlocks(pair, plan);
    rows.push(lessIsBetter(`p50: ${pair.name}`, meteredMs, 'ms', plainMs, pair.goal, 1 / ratio));
  }
  return rows;

  /** The same picture to the same sidecar: once for the server itself, which is never counted, once for a key. */
  async function predictions({ name, url }: Subject, key: string): Promise<Pair> {
    const { env, dataDirectory } = sidecarEnvironment('blobs');
    resources.defer(() => rm(dataDirectory, { recursive: true, force: true }));
    const sidecar = resources.use(
      await startSidecar({
        env: { ...env, SERVER_URL: new URL(url).origin, SERVICE_TOKEN: serviceToken },
        ...{ say, signal: AbortSignal.timeout(60_000) },
      }),
    );
    const call = (token: string): Call => ({
      url: `${sidecar.url}/predict`,
      headers: { 'content-type': 'image/jpeg', authorization: `Bearer ${token}` },
      body: picture,
    });
    return {
      name: `a picture to the sidecar, ${name}`,
      goal: 1 / mostTimes,
      plain: call(serviceToken),
      metered: call(key),
    };
  }

  /**
   * The same query to the same server: once for an organization without a limit of calls, once with all of them. Queries
   * are not metered: what is added is one look at the limits, with Redis a way there and back.
   */
  function queries({ name, url }: Subject, without: { token: string }, within: { token: string }): Pair {
    const body = Buffer.from(JSON.stringify({ query: document }));
    const call = ({ token }: { token: string }): Call => ({
      url,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body,
    });
    return { name: `a query to the server, ${name}`, goal: null, plain: call(without), metered: call(within) };
  }
};

export default bench;
