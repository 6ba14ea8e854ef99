import type { DetectionPrediction } from '@sightline/inference/contract';
import { median } from '../lib/compare.ts';
import { createCaller } from '../lib/connection.ts';
import { startCpuClock } from '../lib/process-cpu.ts';
import { lessIsBetter } from '../lib/report.ts';
import type { Row } from '../lib/report.ts';
import { pictureRequests } from './requests.ts';
import { createSummary, measureRounds } from './rounds.ts';
import type { World } from './world.ts';

type Stages = DetectionPrediction['timings'];

/** At most 1.2 times the time of the network alone; the other ways of sending at most 1.1 and 1.25 times the first. */
const goals = { raw: 1 / 1.2, multipart: 1 / 1.1, base64: 0.8, cpu: 0.8 };
const stageNames = ['decodeMs', 'preprocessMs', 'queueMs', 'modelMs', 'postprocessMs'] as const;
/** What an engine may spend on making a tensor of a picture: one copy, 1.2 MB here, where the network takes its bytes. */
const tensorMsMax = { float32: 1, uint8: 0.2 };

/** One caller with a full-HD JPEG, against the network alone on finished pixels. */
export async function measurePictures(world: World): Promise<Row[]> {
  const { models, picture, isQuick, signal } = world;
  const model = models['conv640-uint8'];
  await using sidecar = await world.startSidecar({ models: ['conv640-float32'] });
  await using raw = await world.startRawEngine();
  using caller = createCaller(sidecar.url);
  const requests = pictureRequests(sidecar, model, picture);
  const floats = pictureRequests(sidecar, models['conv640-float32'], picture);
  const stages: Stages[] = [];
  const floatStages: Stages[] = [];
  const rawCpu = await startCpuClock(raw.process);
  const send = (request: Buffer, into?: Stages[]) => ({
    cpu: sidecar.cpu,
    async run() {
      const { durationMs, body } = await caller.call(request);
      // Its shape is the sidecar's contract, which its own tests hold it to.
      const { timings } = JSON.parse(body.toString()) as DetectionPrediction;
      // An answer from memory would say nothing about the model.
      if (timings.modelMs === 0) throw new Error('The sidecar answered without running its model.');
      into?.push(timings);
      return durationMs;
    },
  });
  const run = { kind: 'run', model: model.name, seed: 1, batchSize: 1, durationMs: 0 } as const;
  const rounds = await measureRounds(
    {
      network: { cpu: rawCpu, run: async () => (await raw.ask(run)).durationsMs[0] ?? 0 },
      decoder: {
        cpu: rawCpu,
        run: async () => (await raw.ask({ kind: 'decode', durationMs: 0 })).durationsMs[0] ?? 0,
      },
      raw: send(requests.raw, stages),
      multipart: send(requests.multipart),
      base64: send(requests.base64),
      floats: { ...send(floats.raw, floatStages), every: 4 },
    },
    { warmUpRounds: 6, roundsMin: 12, durationMs: isQuick ? 6_000 : 40_000, signal },
  );

  const { p50, p99, quietP50, cpuUs } = createSummary(rounds, ['network', 'decoder', 'raw', 'multipart', 'base64']);
  const parts = cpuUs('network') + cpuUs('decoder');
  const ratio = (floor: 'network' | 'raw', to: 'raw' | 'multipart' | 'base64') => quietP50(floor) / quietP50(to);
  const p50Of = (name: keyof Stages, among = stages) => median(among.map((each) => each[name]));
  const stageSum = (each: Stages) => stageNames.reduce((total, name) => total + each[name], 0);
  return [
    plain('picture, network alone, p50', p50('network'), 'ms'),
    plain('  decoder alone, p50', p50('decoder'), 'ms'),
    lessIsBetter('full-HD JPEG, p50', p50('raw'), 'ms', p50('network'), goals.raw, ratio('network', 'raw')),
    plain('  p99', p99('raw'), 'ms'),
    lessIsBetter('  server CPU against network + decoder', cpuUs('raw'), 'µs/request', parts, goals.cpu),
    lessIsBetter(
      'multipart, p50 against raw bytes',
      p50('multipart'),
      'ms',
      p50('raw'),
      goals.multipart,
      ratio('raw', 'multipart'),
    ),
    lessIsBetter('  server CPU against network + decoder', cpuUs('multipart'), 'µs/request', parts, null),
    lessIsBetter(
      'base64 in JSON, p50 against raw bytes',
      p50('base64'),
      'ms',
      p50('raw'),
      goals.base64,
      ratio('raw', 'base64'),
    ),
    lessIsBetter('  server CPU against network + decoder', cpuUs('base64'), 'µs/request', parts, null),
    ...stageNames.map((name) => plain(`  stage ${name.slice(0, -2)}, p50`, p50Of(name), 'ms')),
    plain('  between the stages, p50', median(stages.map((each) => each.totalMs - stageSum(each))), 'ms'),
    plain('  HTTP, both ends, p50', p50('raw') - p50Of('totalMs'), 'ms'),
    limited(
      'tensor of 640 × 640 floats, p50 against its limit',
      p50Of('preprocessMs', floatStages),
      tensorMsMax.float32,
    ),
    limited('tensor of 640 × 640 bytes, p50 against its limit', p50Of('preprocessMs'), tensorMsMax.uint8),
  ];
}

const plain = (metric: string, value: number, unit: string): Row => lessIsBetter(metric, value, unit, null, null);
const limited = (metric: string, value: number, limit: number): Row => lessIsBetter(metric, value, 'ms', limit, 1);
