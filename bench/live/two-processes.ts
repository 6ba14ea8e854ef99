import { lessThan } from '../lib/less-than.ts';
import { writePaced } from './lib/paced.ts';
import { openReaders } from './lib/readers.ts';
import { createStopwatch } from './lib/stopwatch.ts';
import { openLiveWorld } from './lib/world.ts';
import type { Section } from './sections.ts';

/** From the insert in one process to readers of two others, over Redis. */
export const twoProcesses: Section = async ({ say, quick }) => {
  await using world = await openLiveWorld(2);
  await using stack = new AsyncDisposableStack();
  const groups = await Promise.all(
    world.servers.map(({ url }) => openReaders({ url, count: 100, subscription: world.subscription, sampled: 1 })),
  );
  for (const readers of groups) stack.use(readers);
  let delivered = 0;
  const all = (events: number) => {
    delivered += events * 100;
    return Promise.all(groups.map((readers) => readers.reached(delivered)));
  };
  for (let n = 0; n < 20; n += 1) {
    await world.append(1);
    await all(1);
  }
  say('60 events a second to 200 readers');
  const paced = createStopwatch();
  await all(await writePaced(world.append, { perSecond: 60, batch: 3, seconds: quick ? 5 : 30 }, paced));
  for (const readers of groups) await paced.stop(readers);
  return [
    lessThan('insert to reader p50, two processes', paced.percentile(0.5), null),
    lessThan('insert to reader p99, two processes', paced.percentile(0.99), 100),
  ];
};
