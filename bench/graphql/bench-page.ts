import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '@sightline/db/database';
import { migrateDatabase } from '@sightline/db/migrate';
import { startThrowawayCluster } from '@sightline/db/throwaway-cluster';
import { compare } from '../lib/compare.ts';
import type { LoadRequest } from '../lib/load.ts';
import { lessIsBetter } from '../lib/report.ts';
import type { Row } from '../lib/report.ts';
import { startSubject } from '../lib/subject.ts';
import type { Subject } from '../lib/subject.ts';
import { pageQuery, pageSize, seedPages } from './page-data.ts';

/** The graph may cost twice what a route written for this one page costs, not more. */
const goal = 0.5;
/** Who asks, the page, and one for each of source, session and picture. */
const mostStatements = 5;

/** (b) A page of 50 events with source, session and snapshot, from PostgreSQL. */
export async function benchPage(say: (text: string) => void): Promise<Row[]> {
  say('graphql: a page of 50 events with source, session and snapshot');
  await using resources = new AsyncDisposableStack();
  const { adminUrl: databaseUrl } = resources.use(await startThrowawayCluster());
  await migrateDatabase(databaseUrl);
  const token = await seed(databaseUrl);
  const dataDirectory = await mkdtemp(join(tmpdir(), 'sightline-bench-'));
  resources.defer(() => rm(dataDirectory, { recursive: true, force: true }));

  const start = async (kind: string) =>
    resources.use(
      await startSubject(kind, new URL('page-server.ts', import.meta.url), [kind, databaseUrl, dataDirectory]),
    );
  const route = await start('route');
  const sightline = await start('sightline');
  const request = (subject: Subject) => (subject === route ? get(token) : post(token));
  await requireSamePages(await pageOf(route, request(route)), await pageOf(sightline, request(sightline)));

  const measured = await compare([route, sightline], { request, warmUp: 800, amount: 400, rounds: 9, say });
  const statements = {
    route: await countStatements(route, request(route)),
    sightline: await countStatements(sightline, request(sightline)),
  };
  const floor = measured.get('route')!;
  return [
    ...[...measured].map(([name, { cpuMicroseconds, ratioToFirst }]) =>
      lessIsBetter(
        `page, server CPU: ${name}`,
        cpuMicroseconds,
        'µs/request',
        floor.cpuMicroseconds,
        name === 'sightline' ? goal : null,
        ratioToFirst,
      ),
    ),
    ...[...measured].map(([name, { requestsPerSecond }]) => ({
      metric: `page, throughput: ${name}`,
      value: requestsPerSecond,
      unit: 'requests/s',
      floor: floor.requestsPerSecond,
      ratio: requestsPerSecond / floor.requestsPerSecond,
      goal: null,
      ok: null,
    })),
    ...Object.entries(statements).map(([name, count]) => ({
      metric: `page, SQL statements: ${name}`,
      value: count,
      unit: 'statements',
      floor: statements.route,
      ratio: null,
      goal: null,
      ok: name === 'sightline' ? count <= mostStatements : null,
    })),
  ];
}

async function seed(databaseUrl: string): Promise<string> {
  await using database = openDatabase(databaseUrl);
  return await seedPages(database);
}

function get(token: string): LoadRequest {
  return { method: 'GET', headers: { authorization: `Bearer ${token}` } };
}

function post(token: string): LoadRequest {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  return { method: 'POST', headers, body: JSON.stringify({ query: pageQuery }) };
}

async function pageOf({ url }: Subject, request: LoadRequest): Promise<Page> {
  const response = await fetch(url, request as RequestInit);
  return (await response.json()) as Page;
}

type Page = { data: { events: { edges: { node: { snapshot: { url: string } } }[] } } };

/** Links are signed for a moment, so two answers differ in that and nothing else. */
function requireSamePages(expected: Page, actual: Page): void {
  for (const page of [expected, actual]) {
    assert.equal(page.data?.events.edges.length, pageSize, JSON.stringify(page).slice(0, 500));
    for (const { node } of page.data.events.edges)
      node.snapshot.url = node.snapshot.url.replace(/expires=\d+|signature=.*/g, '');
  }
  assert.deepEqual(actual.data, expected.data);
}

/** How many one request takes. The least of a few: background work of the server sends some of its own. */
async function countStatements(subject: Subject, request: LoadRequest): Promise<number> {
  const counts: number[] = [];
  for (let time = 0; time < 5; time += 1) {
    await subject.ask('statements');
    await pageOf(subject, request);
    counts.push(await subject.ask<number>('statements'));
  }
  return Math.min(...counts);
}
