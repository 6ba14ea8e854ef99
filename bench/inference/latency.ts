import { createCaller } from '../lib/connection.ts';
import { startCpuClock } from '../lib/process-cpu.ts';
import { lessIsBetter } from '../lib/report.ts';
import type { Row } from '../lib/report.ts';
import { formModels, forms, warmUp } from './forms.ts';
import type { BenchModel } from './models.ts';
import { binaryOutput, binaryRequest, jsonRequest } from './requests.ts';
import { createSummary, measureRounds } from './rounds.ts';
import { sampleOf } from './samples.ts';
import type { World } from './world.ts';

/** At most 1.10 times the time of the network alone; the slowest of a hundred at most 1.3 times. */
const goals = { p50: 1 / 1.1, p99: 1 / 1.3 };
const seed = 1;

/** One caller with finished tensors, against the same network with nothing around it. */
export async function measureLatency(world: World): Promise<Row[]> {
  const { models, isQuick, signal } = world;
  await using sidecar = await world.startSidecar({ models: formModels });
  await using raw = await world.startRawEngine();
  using caller = createCaller(sidecar.url);
  const rawCpu = await startCpuClock(raw.process);
  const plan = { warmUpRounds: 20, roundsMin: 40, signal };
  await warmUp(world, sidecar);

  const workOf = ({ name }: BenchModel) => ({ kind: 'run', model: name, seed, batchSize: 1, durationMs: 0 }) as const;
  const alone = (model: BenchModel) => ({
    cpu: rawCpu,
    run: async () => (await raw.ask(workOf(model))).durationsMs[0] ?? 0,
  });
  const send = (request: Buffer) => ({
    cpu: sidecar.cpu,
    run: async () => (await caller.call(request)).durationMs,
  });

  async function measureBytes(name: string, model: BenchModel): Promise<Row[]> {
    const binary = binaryRequest(sidecar, model, sampleOf(model, seed));
    const { output } = await raw.ask(workOf(model));
    if (!output || !binaryOutput(await caller.call(binary)).equals(output)) {
      throw new Error('The sidecar does not answer what the network answers.');
    }
    const variants = { raw: alone(model), binary: send(binary) };
    const rounds = await measureRounds(variants, { ...plan, durationMs: isQuick ? 6_000 : 36_000 });
    const { p50, p99, quietP50, calmP99, cpuUs } = createSummary(rounds, ['raw', 'binary']);
    const quietRatio = quietP50('raw') / quietP50('binary');
    return [
      lessIsBetter(`${name}, network alone, p99 against its p50`, p99('raw'), 'ms', p50('raw'), null),
      lessIsBetter('  through the sidecar, p50', p50('binary'), 'ms', p50('raw'), goals.p50, quietRatio),
      lessIsBetter("  p99 against the network's p50", calmP99('binary', 'raw'), 'ms', p50('raw'), goals.p99),
      lessIsBetter("  p99 of all against the network's own", p99('binary'), 'ms', p99('raw'), null),
      lessIsBetter('  server CPU', cpuUs('binary'), 'µs/request', cpuUs('raw'), null),
    ];
  }

  const rows: Row[] = [];
  for (const { model, name } of forms) rows.push(...(await measureBytes(name, models[model])));
  // By itself: the garbage of millions of digits would be swept up while others are measured.
  const json = jsonRequest(sidecar, models.conv320, sampleOf(models.conv320, seed));
  const jsonRounds = await measureRounds(
    { raw: alone(models.conv320), json: send(json) },
    { ...plan, durationMs: isQuick ? 2_000 : 6_000 },
  );
  const { p50, cpuUs } = createSummary(jsonRounds, ['raw', 'json']);
  return [
    ...rows,
    lessIsBetter('the same floats as JSON numbers, p50', p50('json'), 'ms', p50('raw'), null),
    lessIsBetter('  server CPU', cpuUs('json'), 'µs/request', cpuUs('raw'), null),
  ];
}
