import { availableParallelism } from 'node:os';
import { InputError } from '../lib/input-error.ts';
import { untilInterrupted } from '../lib/interrupt.ts';
import { raisePriority } from '../lib/priority.ts';
import type { Bench, BenchOptions, Row } from '../lib/report.ts';
import { measureBatching } from './batching.ts';
import { measureHealth } from './health.ts';
import { measureLatency } from './latency.ts';
import { measureOverload } from './overload.ts';
import { measurePeers } from '../peers/measure-peers.ts';
import { measurePictures } from './pictures.ts';
import { measureTenants } from './tenants.ts';
import { measureThroughput } from './throughput.ts';
import { measureTiny } from './tiny.ts';
import { createWorld } from './world.ts';
import type { Group, World } from './world.ts';

const groups: Record<string, Group> = {
  latency: measureLatency,
  pictures: measurePictures,
  throughput: measureThroughput,
  health: measureHealth,
  tiny: measureTiny,
  batching: measureBatching,
  overload: measureOverload,
  tenants: measureTenants,
  peers: measurePeers,
};

/** What the sidecar adds to running a network alone, and how it bears up under more than it can do. */
const bench: Bench = (options) => untilInterrupted((signal) => measure({ ...options, signal }));
export default bench;

async function measure({ say, signal, only, quick, profile }: BenchOptions & { signal: AbortSignal }): Promise<Row[]> {
  const names = only?.split(',') ?? Object.keys(groups);
  const chosen = names.map((name): [string, Group] => {
    const group = groups[name];
    if (!group) throw new InputError(`There is no group ${name}. Groups: ${Object.keys(groups).join(', ')}.`);
    return [name, group];
  });
  using priority = raisePriority();
  say('inference: making the models');
  await using world = await createWorld({ say, signal, isQuick: quick ?? false, profile });
  const { engineCount } = world;
  say(`  ${engineCount} engine(s) of one thread on ${availableParallelism()} cores`);
  say(`  priority over other programs: ${priority.isRaised ? 'yes' : 'not allowed to ask for it (root may)'}`);
  const rows: Row[] = [];
  for (const [name, group] of chosen) {
    say(`inference: ${name}`);
    rows.push(...(await group(world).catch((error: unknown) => brokenOff(name, error, { say, signal }))));
  }
  return rows;
}

/** What cannot be measured is a goal missed; the other groups still say what they have to say. */
function brokenOff(name: string, error: unknown, { say, signal }: Pick<World, 'say' | 'signal'>): Row[] {
  signal.throwIfAborted();
  if (error instanceof InputError) throw error;
  say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  const none = { floor: null, ratio: null, goal: null };
  return [{ metric: `${name}: broken off, see above`, value: 0, unit: '', ...none, ok: false }];
}
