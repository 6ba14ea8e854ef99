import { createCaller } from '../lib/connection.ts';
import { startCpuClock } from '../lib/process-cpu.ts';
import { lessIsBetter } from '../lib/report.ts';
import type { Row } from '../lib/report.ts';
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
  const model = models.conv320;
  await using sidecar = await world.startSidecar({ models: ['conv320'] });
  await using raw = await world.startRawEngine();
  using caller = createCaller(sidecar.url);
  const sample = sampleOf(model, seed);
  const binary = binaryRequest(sidecar, model, sample);
  const json = jsonRequest(sidecar, model, sample);

  const work = { kind: 'run', model: model.name, seed, batchSize: 1, durationMs: 0 } as const;
  const { output } = await raw.ask(work);
  if (!output || !binaryOutput(await caller.call(binary)).equals(output)) {
    throw new Error('The sidecar does not answer what the network answers.');
  }
  const rawCpu = await startCpuClock(raw.process);
  const network = { cpu: rawCpu, run: async () => (await raw.ask(work)).durationsMs[0] ?? 0 };
  const send = (request: Buffer) => ({
    cpu: sidecar.cpu,
    run: async () => (await caller.call(request)).durationMs,
  });
  const plan = { warmUpRounds: 20, roundsMin: 40, signal };
  const rounds = await measureRounds(
    { raw: network, binary: send(binary) },
    { ...plan, durationMs: isQuick ? 6_000 : 30_000 },
  );
  // By itself: the garbage of millions of digits would be swept up while others are measured.
  const jsonRounds = await measureRounds(
    { raw: network, json: send(json) },
    { ...plan, durationMs: isQuick ? 2_000 : 6_000 },
  );
  const { p50, p99, quietP50, calmP99, cpuUs } = createSummary(rounds, ['raw', 'binary']);
  const { p50: p50OfJson, cpuUs: cpuUsOfJson } = createSummary(jsonRounds, ['raw', 'json']);
  const quietRatio = quietP50('raw') / quietP50('binary');
  return [
    plain('tensors, network alone, p50', p50('raw'), 'ms'),
    plain('  p99', p99('raw'), 'ms'),
    lessIsBetter('tensors as bytes, p50', p50('binary'), 'ms', p50('raw'), goals.p50, quietRatio),
    lessIsBetter("  p99 against the network's p50", calmP99('binary', 'raw'), 'ms', p50('raw'), goals.p99),
    plain('  p99, busy moments of the machine included', p99('binary'), 'ms'),
    lessIsBetter('  server CPU', cpuUs('binary'), 'µs/request', cpuUs('raw'), null),
    lessIsBetter('tensors as JSON numbers, p50', p50OfJson('json'), 'ms', p50OfJson('raw'), null),
    lessIsBetter('  server CPU', cpuUsOfJson('json'), 'µs/request', cpuUsOfJson('raw'), null),
  ];
}

const plain = (metric: string, value: number, unit: string): Row => lessIsBetter(metric, value, unit, null, null);
