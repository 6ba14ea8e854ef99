import type { Bench } from '../lib/report.ts';
import { openConsoleWorld } from './lib/world.ts';
import { measureLive } from './live-load.ts';
import { measureVitals } from './vitals.ts';

/** How soon the built console is there, and answers, also while a lot happens. */
const bench: Bench = async ({ say, only, quick = false }) => {
  const wanted = only?.split(',') ?? ['vitals', 'live'];
  const tell = (text: string) => say(`console: ${text}`);
  await using world = await openConsoleWorld(tell);
  return [
    ...(wanted.includes('vitals') ? await measureVitals(world, tell, quick) : []),
    ...(wanted.includes('live') ? await measureLive(world, tell, quick) : []),
  ];
};
export default bench;
