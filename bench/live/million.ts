import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '@sightline/db/database';
import { migrateDatabase } from '@sightline/db/migrate';
import { startThrowawayCluster } from '@sightline/db/throwaway-cluster';
import { percentile } from '../access/paced.ts';
import type { Row } from '../lib/report.ts';
import { startSubject } from '../lib/subject.ts';
import { rareLabel, seedMillion } from './lib/millions.ts';
import type { Million } from './lib/millions.ts';
import type { Section } from './sections.ts';

/** What 95 of 100 answers may take, HTTP included, one at a time. */
const mostMs = 200;
const fields = '{ edges { node { seq type label confidence occurredAt source { name } } } pageInfo { hasNextPage } }';
const events = (args: string) => `{ events(${args}) ${fields} }`;
const globalId = (type: string, id: string) => Buffer.from(`${type}:${id}`).toString('base64');

/** Each with a number from 0 on, so that no two ask for the same. */
function queriesOf({ sourceIds }: Million, count: number): Record<string, (n: number) => string> {
  const somewhere = (n: number) => (n * 7_919 * 13) % count;
  const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
  const source = (n: number) => globalId('Source', sourceIds[n % sourceIds.length] ?? '');
  const between = (n: number) =>
    `occurredFrom: "${daysAgo(50 - (n % 40))}", occurredUntil: "${daysAgo(49 - (n % 40))}"`;
  const statistics = (n: number, args: string) =>
    `{ eventStatistics(from: "${daysAgo(40 + (n % 20))}", ${args}) { startsAt eventCount } }`;
  return {
    'a page anywhere': (n) => events(`first: 50, after: "${somewhere(n)}"`),
    'the newest': () => events('last: 50'),
    'one source, a label and a confidence': (n) =>
      events(
        `first: 50, after: "${somewhere(n)}", filter: { sourceIds: ["${source(n)}"], labels: ["dog"], minConfidence: 0.9 }`,
      ),
    'a rare label': () => events(`last: 50, filter: { labels: ["${rareLabel}"] }`),
    'rare labels': () => events(`first: 50, filter: { labels: ["${rareLabel}", "gnu"] }`),
    'sessions that began': (n) =>
      events(`first: 50, after: "${n}", filter: { types: [SESSION_STARTED, SESSION_ENDED] }`),
    'an area in a day long ago': (n) =>
      events(
        `first: 50, filter: { ${between(n)}, area: { x: 0.5, y: 0.5, width: 0.3, height: 0.3, minOverlap: 0.9 } }`,
      ),
    'days by label': (n) => statistics(n, `to: "${daysAgo(0)}", grain: DAY, groupBy: LABEL`),
    'hours of a week by source': (n) => statistics(n, `to: "${daysAgo(33 + (n % 20))}", grain: HOUR, groupBy: SOURCE`),
    'minutes of a day': (n) => statistics(n, `to: "${daysAgo(39 + (n % 20))}", grain: MINUTE`),
  };
}

/** A million events in one organization: how long pages, filters and counts take. */
export const million: Section = async ({ say, quick }) => {
  await using resources = new AsyncDisposableStack();
  const { adminUrl: databaseUrl } = resources.use(await startThrowawayCluster());
  await migrateDatabase(databaseUrl);
  const count = quick ? 200_000 : 1_000_000;
  const dataDirectory = await mkdtemp(join(tmpdir(), 'sightline-bench-'));
  resources.defer(() => rm(dataDirectory, { recursive: true, force: true }));
  const seeded = await seed(databaseUrl, count);
  say(`${count} events are there`);
  const server = resources.use(
    await startSubject('sightline', new URL('../graphql/page-server.ts', import.meta.url), [
      'sightline',
      databaseUrl,
      dataDirectory,
    ]),
  );
  const rows: Row[] = [];
  for (const [name, query] of Object.entries(queriesOf(seeded, count))) {
    const times: number[] = [];
    for (let n = 0; n < (quick ? 40 : 100); n += 1) {
      const began = performance.now();
      const answer = await fetch(server.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${seeded.token}` },
        body: JSON.stringify({ query: query(n) }),
      });
      const text = await answer.text();
      assert.ok(answer.status === 200 && !text.includes('"errors"'), text);
      // The first few are those of a server that has just been started.
      if (n >= 5) times.push(performance.now() - began);
    }
    const value = percentile(times, 0.95);
    rows.push({
      metric: `${count / 1_000_000} M events, ${name}: p95`,
      value,
      unit: 'ms',
      floor: mostMs,
      ratio: mostMs / value,
      goal: 1,
      ok: value <= mostMs,
    });
  }
  return rows;
};

async function seed(databaseUrl: string, count: number): Promise<Million> {
  await using database = openDatabase(databaseUrl, { maxConnections: 2 });
  return await seedMillion(database, count);
}
