import type { Row } from '../lib/report.ts';
import { lessThan } from '../lib/less-than.ts';
import { machineMs } from './lib/clock.ts';
import { openReaders } from './lib/readers.ts';
import { createStopwatch } from './lib/stopwatch.ts';
import { openLiveWorld } from './lib/world.ts';
import type { Section } from './sections.ts';

const socketCount = 10_000;
const askingCount = 1_000;

/** Sockets that only wait, and one event for a tenth of them. */
export const idle: Section = async ({ say, quick }) => {
  await using world = await openLiveWorld(1);
  const ours = world.servers[0]!;
  const stopwatch = createStopwatch();
  const { subscription } = world;
  // One after the other is opened: what they hold is theirs, not of whatever the start left behind.
  await using first = await openReaders({
    url: ours.url,
    count: 100,
    subscription: { ...subscription, query: waiting },
  });
  const before = await ours.ask<number>('memory');
  const count = socketCount - askingCount - 100;
  say(`opening ${count} sockets that wait`);
  await using others = await openReaders({ url: ours.url, count, subscription: { ...subscription, query: waiting } });
  const perSocket = ((await ours.ask<number>('memory')) - before) / count;
  await using asking = await openReaders({ url: ours.url, count: askingCount, subscription, sampled: 1 });
  await Promise.all([first.reached(0), others.reached(0)]);
  for (let event = 1; event <= (quick ? 10 : 50); event += 1) {
    const at = machineMs();
    stopwatch.wrote(await world.append(1), 1, at);
    await asking.reached(event * askingCount);
  }
  await stopwatch.stop(asking);
  const held: Row = {
    metric: 'sockets held',
    value: socketCount,
    unit: '',
    floor: null,
    ratio: null,
    goal: null,
    ok: true,
  };
  return [
    held,
    { ...held, metric: 'memory of a waiting socket', value: perSocket / 1024, unit: 'KiB', ok: null },
    lessThan(`insert to ${askingCount} of ${socketCount} readers p95`, stopwatch.percentile(0.95), 100),
  ];
};

/** A filter that no event passes. */
const waiting = 'subscription { eventFeed(filter: { labels: ["nothing"] }) { ... on Event { seq } } }';
