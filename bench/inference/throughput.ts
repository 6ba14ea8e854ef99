import { median } from '../lib/compare.ts';
import { startCpuClock } from '../lib/process-cpu.ts';
import { lessIsBetter, moreIsBetter } from '../lib/report.ts';
import type { Row } from '../lib/report.ts';
import { formModels, forms, warmUp } from './forms.ts';
import { loadServer } from './loads.ts';
import type { Load } from './loads.ts';
import type { BenchModel } from './models.ts';
import { binaryRequest } from './requests.ts';
import { sampleOf } from './samples.ts';
import type { RawEngine, World } from './world.ts';

/** Of what so many networks would do, each alone on a machine of its own. */
const goal = 0.85;
const connections = 8;

/** Eight callers with finished tensors, against as many times one network alone as there are engines. */
export async function measureThroughput(world: World): Promise<Row[]> {
  const { models, engineCount, isQuick, signal } = world;
  await using stack = new AsyncDisposableStack();
  const sidecar = stack.use(await world.startSidecar({ models: formModels }));
  const first = stack.use(await world.startRawEngine());
  const raws: RawEngine[] = [first];
  while (raws.length < engineCount) raws.push(stack.use(await world.startRawEngine()));
  const client = stack.use(await world.startLoadClient());
  const rawCpu = await startCpuClock(first.process);
  const roundMs = isQuick ? 1_500 : 4_000;
  await warmUp(world, sidecar);

  function measurer(model: BenchModel) {
    const requests = [1, 2, 3, 4].map((seed) => binaryRequest(sidecar, model, sampleOf(model, seed)));
    const work = { kind: 'run', model: model.name, seed: 1, batchSize: 1 } as const;
    return {
      async rateOf(raw: RawEngine, durationMs: number): Promise<number> {
        const { durationsMs } = await raw.ask({ ...work, durationMs });
        return (durationsMs.length * 1_000) / durationsMs.reduce((total, ms) => total + ms, 0);
      },
      async aloneCpuUs(): Promise<number> {
        const before = await rawCpu();
        const { durationsMs } = await first.ask({ ...work, durationMs: roundMs });
        return ((await rawCpu()) - before) / durationsMs.length;
      },
      load: (count: number, durationMs: number) =>
        loadServer(client, sidecar.cpu, { url: sidecar.url, requests, connections: count, durationMs }),
    };
  }

  async function measure(name: string, model: BenchModel): Promise<Row[]> {
    const { rateOf, aloneCpuUs, load } = measurer(model);
    const rounds: { single: number; together: number; eight: Load }[] = [];
    for (let index = -1; index < (isQuick ? 3 : 5); index += 1) {
      signal.throwIfAborted();
      const ms = index < 0 ? 1_000 : roundMs;
      const single = await rateOf(first, ms / 2);
      const eight = await load(connections, ms);
      const rates = await Promise.all(raws.map((raw) => rateOf(raw, ms / 2)));
      // The first round warms this network up, in all of its engines.
      if (index >= 0) rounds.push({ single, eight, together: rates.reduce((total, rate) => total + rate, 0) });
    }
    const of = (pick: (round: (typeof rounds)[number]) => number) => median(rounds.map(pick));
    const ideal = of(({ single }) => single * engineCount);
    const reached = of(({ eight, single }) => eight.perSecond / (single * engineCount));
    const rate = of(({ eight }) => eight.perSecond);
    const together = of((round) => round.together);
    const cpuUs = of(({ eight }) => eight.cpuUs);
    return [
      moreIsBetter(`${name}, ${engineCount} networks alone at once`, together, 'runs/s', ideal, null),
      {
        ...{ metric: `  ${connections} connections against ${engineCount} × alone`, value: rate, unit: 'requests/s' },
        ...{ floor: ideal, ratio: reached, goal, ok: reached >= goal },
      },
      moreIsBetter('  against the networks at once', rate, 'requests/s', together, null),
      lessIsBetter('  server CPU', cpuUs, 'µs/request', await aloneCpuUs(), null),
    ];
  }

  const rows: Row[] = [];
  for (const { model, name } of forms) rows.push(...(await measure(name, models[model])));
  const { rateOf, aloneCpuUs, load } = measurer(models.conv320);
  const ideal = engineCount * (await rateOf(first, roundMs));
  const sixtyFour = await load(64, roundMs);
  return [
    ...rows,
    moreIsBetter('floats 1.2 MB, 64 connections', sixtyFour.perSecond, 'requests/s', ideal, null),
    lessIsBetter('  server CPU', sixtyFour.cpuUs, 'µs/request', await aloneCpuUs(), null),
  ];
}
