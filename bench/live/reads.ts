import { openDatabase } from '@sightline/db/database';
import { migrateDatabase } from '@sightline/db/migrate';
import { startThrowawayCluster } from '@sightline/db/throwaway-cluster';
import { createEventReader } from '@sightline/server/domain/events/event-reader';
import { median } from '../lib/compare.ts';
import { moreIsBetter } from '../lib/report.ts';
import { seedMillion } from './lib/millions.ts';
import type { Section } from './sections.ts';

const atOnce = 16;
const goal = 0.65;

/** Hot reads of one row by its id, sixteen at a time, against the same statement of `pg` by name. */
export const reads: Section = async ({ say, quick }) => {
  await using resources = new AsyncDisposableStack();
  const { adminUrl: databaseUrl } = resources.use(await startThrowawayCluster());
  await migrateDatabase(databaseUrl);
  const database = resources.use(openDatabase(databaseUrl, { maxConnections: 8 }));
  const { pool } = database;
  const { organizationId, eventId: id } = await seedMillion(database, 20_000);
  const reader = createEventReader({ pool });
  const viewer = { organizationId, permissions: new Set(['read']), sourcePermissions: new Map() } as never;
  const text = 'select * from "Event" where "id" = $1 and "organizationId" = $2';
  const ways = {
    pg: () => pool.query({ name: 'one-event', text, values: [id, organizationId] }),
    sightline: () => reader.find(viewer, id),
  };
  const perSecond = { pg: [] as number[], sightline: [] as number[] };
  for (let round = 0; round < 9; round += 1) {
    for (const name of ['pg', 'sightline'] as const) {
      const rate = await measure(ways[name], quick ? 300 : 1_000);
      // The first round is for compilers and caches.
      if (round > 0) perSecond[name].push(rate);
    }
  }
  const [floor, value] = [median(perSecond.pg), median(perSecond.sightline)];
  say(`${Math.round(value)} reads a second, pg ${Math.round(floor)}`);
  return [moreIsBetter('one event by its id', value, 'reads/s', floor, goal)];
};

/** Calls a second, each of sixteen callers one after the other. */
async function measure(read: () => Promise<unknown>, ms: number): Promise<number> {
  const end = performance.now() + ms;
  let count = 0;
  const caller = async () => {
    for (; performance.now() < end; count += 1) await read();
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: atOnce }, caller));
  return (count * 1_000) / (performance.now() - began);
}
