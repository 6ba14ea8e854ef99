import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BaseClient, Client, SourcesDocument } from '@sightline/core';
import { openDatabase } from '@sightline/db/database';
import { migrateDatabase } from '@sightline/db/migrate';
import { startThrowawayCluster } from '@sightline/db/throwaway-cluster';
import { createCaller, seedOrganization } from '../access/seed.ts';
import type { Bench, Row } from '../lib/report.ts';
import { startSubject } from '../lib/subject.ts';
import { compareCalls } from './compare-calls.ts';
import type { Pair } from './compare-calls.ts';
import { measureSizes } from './sizes.ts';

/** What the SDK may add to half of all calls. */
const mostMs = 0.2;
const variables = { first: 20, after: null };

/** What the SDK adds to a request that `fetch` makes by itself, and what it weighs in a page. */
const bench: Bench = async ({ say, only, quick = false }) => {
  const wanted = only?.split(',') ?? ['overhead', 'sizes'];
  return [
    ...(wanted.includes('overhead') ? await measureOverhead(say, quick ? 400 : 2_000) : []),
    ...(wanted.includes('sizes') ? await measureSizes(say) : []),
  ];
};

async function measureOverhead(say: (text: string) => void, calls: number): Promise<Row[]> {
  await using resources = new AsyncDisposableStack();
  const { adminUrl: databaseUrl } = resources.use(await startThrowawayCluster());
  await migrateDatabase(databaseUrl);
  const directory = await mkdtemp(join(tmpdir(), 'sightline-bench-'));
  resources.defer(() => rm(directory, { recursive: true, force: true }));
  const program = new URL('../access/access-server.ts', import.meta.url);
  const server = resources.use(await startSubject('server', program, ['sightline', databaseUrl, directory]));
  const caller = await createCaller(server.url);
  await using database = openDatabase(databaseUrl);
  await seedOrganization(database, caller);
  const recorded = await (await post(server.url, caller.token)).text();
  const replay = resources.use(await startSubject('replay', new URL('replay.ts', import.meta.url), [recorded]));

  const rows: Row[] = [];
  for (const { url, name, mostAddedMs } of [
    { url: replay.url, name: 'a recorded answer', mostAddedMs: mostMs },
    { url: server.url, name: 'the real server', mostAddedMs: null },
  ]) {
    for (const pair of pairsOf(url, caller.token)) {
      say(`sdk: ${calls} calls each way, ${pair.name}, ${name}`);
      const { plainMs, clientMs, plainCpuMs, clientCpuMs } = await compareCalls(pair, { calls, warmUp: calls / 4 });
      const figure = { unit: 'ms', floor: null, ratio: null, goal: null, ok: null };
      const addedMs = clientMs - plainMs;
      const ok = mostAddedMs === null ? null : addedMs <= mostAddedMs;
      rows.push(
        { ...figure, metric: `p50: ${pair.name}, ${name}`, value: clientMs, floor: plainMs },
        { ...figure, metric: `p50 added: ${pair.name}, ${name}`, value: addedMs, ok },
        { ...figure, metric: `processor time added: ${pair.name}, ${name}`, value: clientCpuMs - plainCpuMs },
      );
    }
  }
  return rows;
}

/** The same document with the same variables to the same address, by the same agent: that of Node's `fetch`. */
function pairsOf(url: string, token: string): Pair[] {
  const baseUrl = new URL(url).origin;
  const plain = async (): Promise<number> => {
    const { data } = (await (await post(url, token)).json()) as { data: { sources: { edges: unknown[] } } };
    return data.sources.edges.length;
  };
  const base = new BaseClient({ baseUrl, token });
  const client = new Client({ baseUrl, token });
  return [
    {
      ...{ name: 'client.graphql', plain, count: variables.first },
      client: async () => (await base.graphql(SourcesDocument, variables)).sources.edges.length,
    },
    {
      ...{ name: 'client.sources.list', plain, count: variables.first },
      client: async () => (await client.sources.list({ pageSize: variables.first })).items.length,
    },
  ];
}

/** What somebody writes who has no SDK. */
const post = (url: string, token: string): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: SourcesDocument, variables }),
  });

export default bench;
