import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '@sightline/db/database';
import { migrateDatabase } from '@sightline/db/migrate';
import { startThrowawayCluster } from '@sightline/db/throwaway-cluster';
import { compare, median } from '../lib/compare.ts';
import type { LoadRequest } from '../lib/load.ts';
import { lessIsBetter } from '../lib/report.ts';
import type { Bench, Row } from '../lib/report.ts';
import { startSubject } from '../lib/subject.ts';
import type { Subject } from '../lib/subject.ts';
import { askAtPace, percentile } from './paced.ts';
import { startRedis } from './redis.ts';
import { createCaller, seedOrganization } from './seed.ts';
import type { Caller } from './seed.ts';

const query = '{ sources(first: 20) { edges { node { id name kind } } pageInfo { hasNextPage } } }';
/** What knowing who asks, what they may do and how often may add at the 95th of a hundred requests. */
const mostMs = 5;
const connections = 50;
const perSecond = 150;

/** What authentication, roles, row security and limits add to a query, with Redis and without. */
const bench: Bench = async ({ say, quick = false }) => {
  await using resources = new AsyncDisposableStack();
  const { adminUrl: databaseUrl } = resources.use(await startThrowawayCluster());
  await migrateDatabase(databaseUrl);
  const dataDirectory = await mkdtemp(join(tmpdir(), 'sightline-bench-'));
  resources.defer(() => rm(dataDirectory, { recursive: true, force: true }));
  const redis = await startRedis();
  if (redis) resources.use(redis);
  else say('access: there is no redis-server here, so nothing is measured with Redis');

  const start = async (name: string, kind: string, about = '') =>
    resources.use(
      await startSubject(name, new URL('access-server.ts', import.meta.url), [kind, databaseUrl, dataDirectory, about]),
    );
  const memory = await start('without Redis', 'sightline');
  const caller = await createCaller(memory.url);
  await seed(databaseUrl, caller);
  const open = await start('nothing checked', 'open', caller.organizationId);
  const withRedis = redis ? [await start('with Redis', 'sightline', redis.url)] : [];

  const cases = [memory, ...withRedis].flatMap((subject) => [
    { ...subject, name: `signed in, ${subject.name}`, token: caller.token },
    { ...subject, name: `key with a limit, ${subject.name}`, token: caller.key },
  ]);
  const subjects: Subject[] = [open, ...cases];
  const tokens = new Map(cases.map(({ name, token }) => [name, token]));
  const request = ({ name }: Subject) => post(tokens.get(name));
  for (const subject of subjects) await requireSources(subject, request(subject));

  say('access: processor time of a request');
  const rounds = quick ? 3 : 7;
  const measured = await compare(subjects, { request, warmUp: 600, amount: 300, rounds, say });
  const floor = measured.get(open.name)!;
  return [
    ...[...measured].map(([name, { cpuMicroseconds, ratioToFirst }]) =>
      lessIsBetter(`server CPU: ${name}`, cpuMicroseconds, 'µs/request', floor.cpuMicroseconds, null, ratioToFirst),
    ),
    ...(await measureLatency(subjects, request, rounds, say)),
  ];
};

/** All subjects in turn, round after round; what is added is compared within each round. */
async function measureLatency(
  subjects: Subject[],
  request: (subject: Subject) => LoadRequest,
  rounds: number,
  say: (text: string) => void,
): Promise<Row[]> {
  say(`access: latency at ${connections} connections and ${perSecond} requests a second`);
  const p95 = new Map<string, number[]>(subjects.map(({ name }) => [name, []]));
  for (let round = 1; round <= rounds; round += 1) {
    say(`  round ${round} of ${rounds}`);
    for (const subject of subjects) {
      const times = await askAtPace(subject.url, request(subject), { connections, perSecond, seconds: 1.5 });
      p95.get(subject.name)!.push(percentile(times, 0.95));
    }
  }
  const [open = []] = p95.values();
  return [...p95].flatMap(([name, values], index) => {
    const added = median(values.map((value, round) => value - (open[round] ?? 0)));
    const total = lessIsBetter(`p95: ${name}`, median(values), 'ms', median(open), null);
    const overhead: Row = {
      ...{ metric: `p95 added: ${name}`, value: added, unit: 'ms', floor: null, ratio: null, goal: null },
      ok: added < mostMs,
    };
    return index === 0 ? [total] : [total, overhead];
  });
}

async function seed(databaseUrl: string, caller: Caller): Promise<void> {
  await using database = openDatabase(databaseUrl);
  await seedOrganization(database, caller);
}

function post(token: string | undefined): LoadRequest {
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
  return { method: 'POST', headers, body: JSON.stringify({ query }) };
}

/** A refusal would be quick, and no feat. */
async function requireSources({ url, name }: Subject, request: LoadRequest): Promise<void> {
  const answer = await (await fetch(url, request as RequestInit)).text();
  assert.equal(
    (JSON.parse(answer) as { data: { sources: { edges: [] } } }).data?.sources?.edges.length,
    20,
    name + answer,
  );
}

export default bench;
