import { median } from '../lib/compare.ts';
import { startCpuClock } from '../lib/process-cpu.ts';
import { lessIsBetter, moreIsBetter } from '../lib/report.ts';
import type { Row } from '../lib/report.ts';
import { loadServer } from './loads.ts';
import type { Load } from './loads.ts';
import { binaryRequest } from './requests.ts';
import { sampleOf } from './samples.ts';
import type { RawEngine, World } from './world.ts';

/** Of what so many networks would do, each alone on a machine of its own. */
const goal = 0.85;
const connections = 8;

/** Eight callers with finished tensors, against as many times one network alone as there are engines. */
export async function measureThroughput(world: World): Promise<Row[]> {
  const { models, engineCount, isQuick } = world;
  const model = models.conv320;
  await using stack = new AsyncDisposableStack();
  const sidecar = stack.use(await world.startSidecar({ models: ['conv320'] }));
  const raws: RawEngine[] = [];
  for (let index = 0; index < engineCount; index += 1) raws.push(stack.use(await world.startRawEngine()));
  const client = stack.use(await world.startLoadClient());
  const requests = [1, 2, 3, 4].map((seed) => binaryRequest(sidecar, model, sampleOf(model, seed)));
  const roundMs = isQuick ? 1_500 : 4_000;

  const rateOf = async (raw: RawEngine, durationMs: number) => {
    const { durationsMs } = await raw.ask({ kind: 'run', model: model.name, seed: 1, batchSize: 1, durationMs });
    return (durationsMs.length * 1_000) / durationsMs.reduce((total, ms) => total + ms, 0);
  };
  const load = (count: number, durationMs: number) =>
    loadServer(client, sidecar.cpu, { url: sidecar.url, requests, connections: count, durationMs });

  const rounds: { single: number; together: number; eight: Load }[] = [];
  for (let index = -1; index < (isQuick ? 3 : 6); index += 1) {
    world.signal.throwIfAborted();
    const ms = index < 0 ? 1_000 : roundMs;
    const [first] = raws;
    const single = await rateOf(first!, ms / 2);
    const eight = await load(connections, ms);
    const rates = await Promise.all(raws.map((raw) => rateOf(raw, ms / 2)));
    // The first round pays for compiling the code.
    if (index >= 0) rounds.push({ single, eight, together: rates.reduce((total, rate) => total + rate, 0) });
  }
  const [first] = raws;
  const rawCpu = await startCpuClock(first!.process);
  const before = await rawCpu();
  const { durationsMs } = await first!.ask({
    kind: 'run',
    model: model.name,
    seed: 1,
    batchSize: 1,
    durationMs: roundMs,
  });
  const rawCpuUs = ((await rawCpu()) - before) / durationsMs.length;
  const sixtyFour = await load(64, roundMs);

  const of = (pick: (round: (typeof rounds)[number]) => number) => median(rounds.map(pick));
  const ideal = of(({ single }) => single * engineCount);
  const reached = of(({ eight, single }) => eight.perSecond / (single * engineCount));
  const rate = of(({ eight }) => eight.perSecond);
  return [
    moreIsBetter(
      'network alone, one thread',
      of(({ single }) => single),
      'runs/s',
      null,
      null,
    ),
    moreIsBetter(
      `  ${engineCount} processes of it at once`,
      of(({ together }) => together),
      'runs/s',
      ideal,
      null,
    ),
    {
      ...{ metric: `${connections} connections against ${engineCount} × alone`, value: rate, unit: 'requests/s' },
      ...{ floor: ideal, ratio: reached, goal, ok: reached >= goal },
    },
    moreIsBetter(
      '  against the processes at once',
      rate,
      'requests/s',
      of(({ together }) => together),
      null,
    ),
    lessIsBetter(
      '  server CPU',
      of(({ eight }) => eight.cpuUs),
      'µs/request',
      rawCpuUs,
      null,
    ),
    lessIsBetter(
      '  p50',
      of(({ eight }) => eight.p50Ms),
      'ms',
      null,
      null,
    ),
    moreIsBetter('64 connections', sixtyFour.perSecond, 'requests/s', ideal, null),
    lessIsBetter('  server CPU', sixtyFour.cpuUs, 'µs/request', rawCpuUs, null),
  ];
}
