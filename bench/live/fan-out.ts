import { median } from '../lib/compare.ts';
import type { Row } from '../lib/report.ts';
import { perSecond, readerCount, startRaw } from './lib/raw.ts';
import { openReaders } from './lib/readers.ts';
import { openLiveWorld } from './lib/world.ts';
import type { Section } from './sections.ts';

const goal = 0.8;

/** What is left of a raw broadcast that serializes once, event by event: the next is written when all have the last. */
export const fanOut: Section = async ({ say, quick }) => {
  await using world = await openLiveWorld(1);
  const ours = world.servers[0]!;
  await using readers = await openReaders({ url: ours.url, count: readerCount, subscription: world.subscription });
  let delivered = 0;
  const next = async () => {
    await world.append(1);
    await readers.reached((delivered += readerCount));
  };
  await next();
  await using raw = await startRaw(await readers.first());

  const [rounds, events] = quick ? [3, 50] : [9, 150];
  const measured: { ours: number; raw: number }[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const pair = { raw: await raw.perSecond(events), ours: await perSecond(ours, events, next) };
    // The first warms up.
    if (round > 0) measured.push(pair);
    say(`round ${round} of ${rounds}: ${(pair.ours / pair.raw).toFixed(2)} of ${Math.round(pair.raw)}`);
  }
  const ratio = median(measured.map((pair) => pair.ours / pair.raw));
  const row: Row = {
    ...{ metric: `delivered to ${readerCount} readers, event by event`, unit: 'messages/CPU s' },
    ...{ value: median(measured.map((pair) => pair.ours)), floor: median(measured.map((pair) => pair.raw)) },
    ...{ ratio, goal, ok: ratio >= goal },
  };
  return [row];
};
