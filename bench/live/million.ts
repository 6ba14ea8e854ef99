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
    ...searchesOf(daysAgo, source),
    'days by label': (n) => statistics(n, `to: "${daysAgo(0)}", grain: DAY, groupBy: LABEL`),
    'hours of a week by source': (n) => statistics(n, `to: "${daysAgo(33 + (n % 20))}", grain: HOUR, groupBy: SOURCE`),
    'minutes of a day': (n) => statistics(n, `to: "${daysAgo(39 + (n % 20))}", grain: MINUTE`),
    // Each asks of another time, so that no answer is given twice.
    'the dashboard by minutes': (n) => dashboard('MINUTE', daysAgo(n / 3 + 1.01), daysAgo(n / 3 + 0.02)),
    'the dashboard by hours': (n) => dashboard('HOUR', daysAgo(60 + n / 24), daysAgo(0)),
    'the dashboard by days': (n) => dashboard('DAY', daysAgo(60 + n), daysAgo(0)),
    'the dashboard by months': (n) => dashboard('MONTH', daysAgo(60 + 31 * n), daysAgo(0)),
  };
}

const dashboard = (
  grain: string,
  from: string,
  to: string,
) => `{ dashboard(grain: ${grain}, from: "${from}", to: "${to}") {
  eventCount buckets { eventCount } byType { eventCount } byLabel { label eventCount } bySource { name eventCount } sourceCount } }`;

/** What passes hardly ever, or never, and no index finds: alone and together, from both ends. */
function searchesOf(
  daysAgo: (days: number) => string,
  source: (n: number) => string,
): Record<string, (n: number) => string> {
  const filters: Record<string, (n: number) => string> = {
    'a confidence that is nowhere': (n) => `minConfidence: ${0.9995 + n / 1e6}`,
    'a confidence in between that is nowhere': (n) =>
      `minConfidence: ${n / 1e3 + 0.0001}, maxConfidence: ${n / 1e3 + 0.0002}`,
    'an area where nothing is': (n) => `area: { x: 0.992, y: 0.9, width: ${0.001 + n / 1e5}, height: 0.1 }`,
    'an area that hardly anything is in': (n) => `area: { x: 0.98, y: 0.98, width: ${0.01 + n / 1e5}, height: 0.02 }`,
    'an area nothing fits into': (n) =>
      `area: { x: 0.${10 + (n % 80)}, y: 0.4, width: 0.05, height: 0.05, minOverlap: 0.9 }`,
    'a place where nothing is as a whole': (n) =>
      `area: { x: 0.${10 + (n % 80)}5, y: 0.995, width: 0.2, height: 0.3, minOverlap: 0.99 }`,
    'a source and a rare confidence': (n) => `sourceIds: ["${source(n)}"], minConfidence: 0.99899`,
    'a source and a confidence that is nowhere': (n) =>
      `sourceIds: ["${source(n)}"], minConfidence: 0.5001, maxConfidence: 0.5002`,
    'a type and an area': (n) =>
      `types: [OBJECT_LEFT], area: { x: 0.98, y: 0.98, width: ${0.01 + n / 1e5}, height: 0.02 }`,
    'a type that never is like that': (n) =>
      `types: [SESSION_STARTED, OBJECT_LEFT], minConfidence: ${n / 1e3 + 0.0001}, maxConfidence: ${n / 1e3 + 0.0002}`,
    'a label that is not there': (n) => `labels: ["gnu ${n}"]`,
    'a label that is not there, a type and a confidence': (n) =>
      `labels: ["gnu ${n}"], types: [OBJECT_LEFT], minConfidence: 0.5`,
    'a common label and a confidence that is nowhere': (n) =>
      `labels: ["dog"], minConfidence: ${n / 1e3 + 0.0001}, maxConfidence: ${n / 1e3 + 0.0002}`,
    'a time before everything': (n) => `occurredUntil: "${daysAgo(400 + n)}"`,
    'a time after everything': (n) => `occurredFrom: "${daysAgo(-400 - n)}"`,
    'everything at once': (n) =>
      `sourceIds: ["${source(n)}"], types: [OBJECT_LEFT], labels: ["dog"], minConfidence: 0.5001, maxConfidence: 0.5002,
        occurredFrom: "${daysAgo(59)}", occurredUntil: "${daysAgo(1)}", area: { x: 0.1, y: 0.1, width: 0.5, height: 0.5 }`,
  };
  return Object.fromEntries(
    Object.entries(filters).map(([name, filter]) => [
      name,
      (n: number) => events(`${n % 2 === 0 ? 'first' : 'last'}: 50, filter: { ${filter(n)} }`),
    ]),
  );
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
    const value = percentile(
      times.toSorted((a, b) => a - b),
      0.95,
    );
    say(`${name}: ${Math.round(value)} ms`);
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
