import type { Row } from '../lib/report.ts';
import { lessThan } from './lib/rows.ts';
import { writePaced } from './lib/paced.ts';
import { readerCount, startRaw } from './lib/raw.ts';
import { openReaders } from './lib/readers.ts';
import { createStopwatch, openLiveWorld } from './lib/world.ts';
import type { Section } from './sections.ts';

const perSecond = 400;
/** Events of one transaction, as those of a frame are. */
const batch = 4;
const goal = 3;
const mostMs = 30;

/** Four hundred events a second to a thousand readers: what leaves together costs less, and comes soon all the same. */
export const coalescing: Section = async ({ say, quick }) => {
  await using world = await openLiveWorld(1);
  const ours = world.servers[0]!;
  let stopwatch = createStopwatch();
  let sample = '';
  using readers = await openReaders({
    ...{ url: ours.url, count: readerCount, subscription: world.subscription },
    onResult(text) {
      sample ||= text;
      stopwatch.onResult(text);
    },
  });
  let delivered = 0;
  for (let n = 0; n < 20; n += 1) {
    await world.append(1);
    await readers.reached((delivered += readerCount));
  }
  const alone = createStopwatch();
  stopwatch = alone;
  for (let n = 0; n < (quick ? 30 : 200); n += 1) {
    const at = performance.now();
    alone.wrote(await world.append(1), 1, at);
    await readers.reached((delivered += readerCount));
  }
  await using raw = await startRaw(sample);
  await raw.perSecond(30);
  const floor = await raw.perSecond(quick ? 100 : 500);

  say(`${perSecond} events a second`);
  const paced = createStopwatch();
  stopwatch = paced;
  const before = await ours.ask<number>('cpu');
  const events = await writePaced(world.append, { perSecond, batch, seconds: quick ? 4 : 20 }, paced);
  await readers.reached((delivered += events * readerCount));
  const value = (events * readerCount * 1e6) / ((await ours.ask<number>('cpu')) - before);
  const rate: Row = {
    ...{ metric: `delivered at ${perSecond} events/s, together`, unit: 'messages/CPU s', value, floor },
    ...{ ratio: value / floor, goal, ok: value / floor >= goal },
  };
  return [
    rate,
    lessThan(`insert to reader p99 at ${perSecond} events/s`, paced.percentile(0.99), mostMs),
    lessThan('insert to reader p50, one event after a pause', alone.percentile(0.5), null),
  ];
};
