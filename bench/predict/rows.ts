import { median } from '../lib/compare.ts';
import { lessIsBetter } from '../lib/report.ts';
import type { Row } from '../lib/report.ts';
import type { Stages } from './call.ts';
import { concurrency } from './measure-health.ts';
import type { Health } from './measure-health.ts';
import { variants } from './measure-requests.ts';
import type { Round, Variant } from './measure-requests.ts';
import { quantile } from './statistics.ts';

/** Least ratio of floor to product. 0.74 of the floor's speed is 1.35 times its time. */
const goals = { rawBytes: 0.74, multipart: 0.91, base64: 0.8, health: 1 };
const healthMsMax = 2;

const stageNames = ['decodeMs', 'preprocessMs', 'queueMs', 'modelMs', 'postprocessMs'] as const;

export function rowsOf(rounds: Round[], health: Health): Row[] {
  return [...latencyRows(rounds), ...cpuRows(rounds), ...stageRows(rounds), ...healthRows(rounds, health)];
}

function latencyRows(rounds: Round[]): Row[] {
  const p50 = (variant: Variant) => median(all(rounds, variant));
  const rawRun = p50('raw engine');
  const decode = median(stagesOf(rounds).map(({ decodeMs }) => decodeMs));
  const p50Of = ({ durationsMs }: Round[Variant]) => median(durationsMs);
  const decodeOf = ({ stages }: Round[Variant]) => median(stages.map(({ decodeMs }) => decodeMs));
  /** Compared inside each round; the median of that. */
  const paired = (floor: (round: Round) => number, variant: Variant) =>
    median(rounds.map((round) => floor(round) / p50Of(round[variant])));

  const toRun = (round: Round) => p50Of(round['raw engine']);
  const toRunAndDecode = (round: Round) => toRun(round) + decodeOf(round['raw bytes']);
  const toRawBytes = (round: Round) => p50Of(round['raw bytes']);
  const ms = (metric: string, variant: Variant, floor: number, goal: number | null, of: (round: Round) => number) =>
    lessIsBetter(metric, p50(variant), 'ms', floor, goal, paired(of, variant));
  return [
    plain('raw engine run, p50', rawRun, 'ms'),
    ms('raw bytes, p50 against raw run + decode', 'raw bytes', rawRun + decode, goals.rawBytes, toRunAndDecode),
    ms('multipart, p50 against raw bytes', 'multipart', p50('raw bytes'), goals.multipart, toRawBytes),
    ms('base64 JSON, p50 against raw bytes', 'base64', p50('raw bytes'), goals.base64, toRawBytes),
    ...(['raw bytes', 'multipart', 'base64'] as const).map((variant) =>
      ms(`${variant}, p50 against raw run`, variant, rawRun, null, toRun),
    ),
    ...variants.map((variant) => plain(`${variant}, p95`, quantile(all(rounds, variant), 0.95), 'ms')),
  ];
}

function cpuRows(rounds: Round[]): Row[] {
  const cpu = (variant: Variant) => mean(rounds.map((round) => round[variant].cpuUsPerRun));
  return variants.map((variant) =>
    variant === 'raw engine'
      ? plain('raw engine, CPU', cpu(variant), 'µs/run')
      : lessIsBetter(`${variant}, server CPU against raw run`, cpu(variant), 'µs/request', cpu('raw engine'), null),
  );
}

/** Where the time of a request goes; the last two are what the stages leave unexplained. */
function stageRows(rounds: Round[]): Row[] {
  const stages = stagesOf(rounds);
  const sum = (each: Stages) => stageNames.reduce((total, name) => total + each[name], 0);
  const durations = all(rounds, 'raw bytes');
  return [
    ...stageNames.map((name) =>
      plain(`  stage ${name.slice(0, -2)}, p50`, median(stages.map((each) => each[name])), 'ms'),
    ),
    plain('  between the stages, p50', median(stages.map((each) => each.totalMs - sum(each))), 'ms'),
    plain('  HTTP, both ends, p50', median(durations.map((took, index) => took - (stages[index]?.totalMs ?? 0))), 'ms'),
  ];
}

function healthRows(rounds: Round[], health: Health): Row[] {
  const rawRun = median(all(rounds, 'raw engine'));
  const p50 = median(health.loadedMs);
  const idleP50 = median(health.idleMs);
  const p99 = (values: number[]) => quantile(values, 0.99);
  const load = `${concurrency} at once`;
  return [
    lessIsBetter('health idle, p50 against bare node:http', idleP50, 'ms', median(health.bareIdleMs), null),
    lessIsBetter(`health, ${load}, p50 against ${healthMsMax} ms`, p50, 'ms', healthMsMax, goals.health),
    lessIsBetter(`health, ${load}, p50 against idle`, p50, 'ms', idleP50, null),
    lessIsBetter(`health, ${load}, p50 against bare node:http`, p50, 'ms', median(health.bareLoadedMs), null),
    lessIsBetter(`health, ${load}, p99 against raw engine run`, p99(health.loadedMs), 'ms', rawRun, goals.health),
    lessIsBetter(
      `health, ${load}, p99 against bare node:http`,
      p99(health.loadedMs),
      'ms',
      p99(health.bareLoadedMs),
      null,
    ),
    plain(`  stage model, ${load}, p50`, median(health.modelMs), 'ms'),
    {
      ...plain(`pictures, ${load} against raw run`, health.picturesPerSecond, '/s'),
      floor: 1_000 / rawRun,
      ratio: (health.picturesPerSecond * rawRun) / 1_000,
    },
  ];
}

const plain = (metric: string, value: number, unit: string): Row => lessIsBetter(metric, value, unit, null, null);
const all = (rounds: Round[], variant: Variant) => rounds.flatMap((round) => round[variant].durationsMs);
const stagesOf = (rounds: Round[]) => rounds.flatMap((round) => round['raw bytes'].stages);
const mean = (values: number[]) => values.reduce((total, value) => total + value, 0) / values.length;
