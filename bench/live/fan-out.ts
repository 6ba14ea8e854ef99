import { median } from '../lib/compare.ts';
import type { Row } from '../lib/report.ts';
import { perSecond, readerCount, startRaw } from './lib/raw.ts';
import { openReaders } from './lib/readers.ts';
import type { Transport } from './lib/readers.ts';
import { openLiveWorld } from './lib/world.ts';
import type { Section, Tools } from './sections.ts';

const goal = 0.8;
const names: Record<Transport, string> = { ws: 'readers', sse: 'readers of streams (SSE)' };

/** What is left of a raw broadcast that serializes once, event by event: the next is written when all have the last. */
export const fanOut: Section = async (tools) => [await comparedTo('ws', tools), await comparedTo('sse', tools)];

async function comparedTo(transport: Transport, { say, quick }: Tools): Promise<Row> {
  await using world = await openLiveWorld(1);
  const ours = world.servers[0]!;
  const { subscription } = world;
  await using readers = await openReaders({ url: ours.url, count: readerCount, subscription, transport });
  let delivered = 0;
  const next = async () => {
    await world.append(1);
    await readers.reached((delivered += readerCount));
  };
  await next();
  await using raw = await startRaw(await readers.first(), transport);

  const [rounds, events] = quick ? [3, 50] : [9, 150];
  const measured: { ours: number; raw: number }[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const pair = { raw: await raw.perSecond(events), ours: await perSecond(ours, events, next) };
    // The first warms up.
    if (round > 0) measured.push(pair);
    say(`${transport}, round ${round} of ${rounds}: ${(pair.ours / pair.raw).toFixed(2)} of ${Math.round(pair.raw)}`);
  }
  const ratio = median(measured.map((pair) => pair.ours / pair.raw));
  return {
    ...{ metric: `delivered to ${readerCount} ${names[transport]}, event by event`, unit: 'messages/CPU s' },
    ...{ value: median(measured.map((pair) => pair.ours)), floor: median(measured.map((pair) => pair.raw)) },
    ...{ ratio, goal, ok: ratio >= goal },
  };
}
