import { median } from '../lib/compare.ts';
import type { Row } from '../lib/report.ts';
import { machineMs } from './lib/clock.ts';
import { piecesOf } from './lib/pieces.ts';
import type { Turn } from './lib/turn-trace.ts';
import { lessThan } from '../lib/less-than.ts';
import { writePaced } from './lib/paced.ts';
import { readerCount, startRaw } from './lib/raw.ts';
import { openReaders, usuallySampled } from './lib/readers.ts';
import { createStopwatch } from './lib/stopwatch.ts';
import { openLiveWorld } from './lib/world.ts';
import type { Section } from './sections.ts';

const perSecond = 400;
/** Events of one transaction, as those of a frame are. */
const batch = 4;
const goal = 3;
const mostMs = 30;
/** What those who look see in two seconds. */
const seenInStretch = (2 * perSecond * readerCount) / usuallySampled;
/** What may come on top of the raw broadcast's own time for one event after a pause. */
const mostAddedMs = 2;

/** Of this process, in microseconds. */
function cpuOfWriter(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** Four hundred events a second to a thousand readers: what leaves together costs less, and comes soon all the same. */
export const coalescing: Section = async ({ say, quick }) => {
  await using world = await openLiveWorld(1);
  const ours = world.servers[0]!;
  await using readers = await openReaders({ url: ours.url, count: readerCount, subscription: world.subscription });
  let delivered = 0;
  /** Milliseconds from insert and from commit to those who look. */
  async function writeOne() {
    await readers.seen();
    const insertedAt = machineMs();
    let committedAt = 0;
    await world.append(1, () => (committedAt = machineMs()));
    await readers.reached((delivered += readerCount));
    const seenAt = (await readers.seen()).map(([, at]) => at);
    return { inserted: seenAt.map((at) => at - insertedAt), committed: seenAt.map((at) => at - committedAt) };
  }
  for (let n = 0; n < 20; n += 1) await writeOne();
  await using raw = await startRaw(await readers.first());
  await raw.perSecond(30);

  say('one event after a pause');
  const alone = { raw: [] as number[], inserted: [] as number[], committed: [] as number[] };
  for (let n = 0; n < (quick ? 50 : 200); n += 1) {
    alone.raw.push(...(await raw.delays()));
    const { inserted, committed } = await writeOne();
    alone.inserted.push(...inserted);
    alone.committed.push(...committed);
  }
  const floor = await raw.perSecond(quick ? 100 : 500);

  say(`${perSecond} events a second`);
  // What does so much for the first time compiles it meanwhile.
  const warming = await writePaced(world.append, { perSecond, batch, seconds: 2 }, createStopwatch());
  await readers.reached((delivered += warming * readerCount));
  await readers.seen();
  const paced = createStopwatch();
  await ours.ask('trace');
  const cpus = async () => [await ours.ask<number>('cpu'), await readers.cpu(), cpuOfWriter()];
  const before = await cpus();
  const events = await writePaced(world.append, { perSecond, batch, seconds: quick ? 4 : 20 }, paced);
  await readers.reached((delivered += events * readerCount));
  const spent = (await cpus()).map((cpu, n) => cpu - before[n]!);
  const value = (events * readerCount * 1e6) / spent[0]!;
  const turns = await ours.ask<Turn[]>('traced');
  const pieces = piecesOf(paced.written, turns, await paced.stop(readers));
  const perWrite = ['the server', 'the readers', 'the writer'].map((who, n) =>
    lessThan(`  processor time of ${who} for an event`, spent[n]! / events / 1_000, null),
  );
  const rate: Row = {
    ...{ metric: `delivered at ${perSecond} events/s, together`, unit: 'messages/CPU s', value, floor },
    ...{ ratio: value / floor, goal, ok: value / floor >= goal },
  };
  const [committed, rawAlone] = [median(alone.committed), median(alone.raw)];
  const added: Row = {
    ...lessThan(`commit to reader p50, one event after a pause (< raw + ${mostAddedMs} ms)`, committed, null),
    ...{ floor: rawAlone, ok: committed < rawAlone + mostAddedMs },
  };
  return [
    rate,
    lessThan(`insert to reader p99 at ${perSecond} events/s`, paced.usualP99(seenInStretch), mostMs),
    lessThan('  p99 of all', paced.percentile(0.99), null),
    lessThan(`insert to reader p50 at ${perSecond} events/s`, paced.percentile(0.5), null),
    ...pieces,
    ...perWrite,
    added,
    lessThan('insert to reader p50, one event after a pause', median(alone.inserted), null),
  ];
};
