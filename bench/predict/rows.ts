import { median } from '../lib/compare.ts';
import { lessIsBetter } from '../lib/report.ts';
import type { Row } from '../lib/report.ts';
import type { Stages } from './call.ts';
import { concurrency } from './measure-health.ts';
import type { Health } from './measure-health.ts';
import { ways } from './measure-requests.ts';
import type { Round, Variant } from './measure-requests.ts';
import { quantile } from './statistics.ts';

/** Least ratio of floor to product. 0.77 of the floor's speed is 1.3 times its time. */
const goals = { rawBytes: 0.77, multipart: 0.91, base64: 0.8, cpu: 0.8, health: 1 };
const healthMsMax = 2;
/** How much later than a server that does nothing ours may be. */
const bareSlack = 2;

const stageNames = ['decodeMs', 'preprocessMs', 'queueMs', 'modelMs', 'postprocessMs'] as const;

export function rowsOf(rounds: Round[], health: Health): Row[] {
  return [...latencyRows(rounds), ...cpuRows(rounds), ...stageRows(rounds), ...healthRows(health)];
}

/** Medians over all rounds; ratios are taken inside each round, where both sides had the same neighbours, then the median. */
function latencyRows(rounds: Round[]): Row[] {
  const p50 = (variant: Variant) => (round: Round) => median(round[variant].durationsMs);
  const decodeStage = (round: Round) => median(round['raw bytes'].stages.map(({ decodeMs }) => decodeMs));
  const runAndDecode = (round: Round) => p50('raw engine')(round) + decodeStage(round);
  const row = (metric: string, variant: Variant, floor: (round: Round) => number, goal: number | null = null) =>
    lessIsBetter(
      metric,
      median(all(rounds, variant)),
      'ms',
      median(rounds.map(floor)),
      goal,
      median(rounds.map((round) => floor(round) / p50(variant)(round))),
    );
  return [
    plain('raw engine run, p50', median(all(rounds, 'raw engine')), 'ms'),
    row('raw bytes, p50 against raw run + decode stage', 'raw bytes', runAndDecode, goals.rawBytes),
    row('multipart, p50 against raw bytes', 'multipart', p50('raw bytes'), goals.multipart),
    row('base64 JSON, p50 against raw bytes', 'base64', p50('raw bytes'), goals.base64),
    ...ways.map((way) => row(`${way}, p50 against raw run`, way, p50('raw engine'))),
    ...(['raw engine', ...ways] as const).map((variant) =>
      plain(`${variant}, p95`, quantile(all(rounds, variant), 0.95), 'ms'),
    ),
  ];
}

/** Hundredths of a second are coarse for one block: time is added up over all rounds first. */
function cpuRows(rounds: Round[]): Row[] {
  const cpu = (variant: Variant) => mean(rounds.map((round) => round[variant].cpuUsPerRun));
  const parts = cpu('raw engine') + cpu('decoder');
  return [
    plain('raw engine, CPU', cpu('raw engine'), 'µs/run'),
    plain('decoder alone, CPU', cpu('decoder'), 'µs/picture'),
    lessIsBetter('raw bytes, server CPU against both', cpu('raw bytes'), 'µs/request', parts, goals.cpu),
    lessIsBetter('multipart, server CPU against both', cpu('multipart'), 'µs/request', parts, null),
    lessIsBetter('base64 JSON, server CPU against both', cpu('base64'), 'µs/request', parts, null),
  ];
}

/** Where the time of a request goes; the last two are what the stages leave unexplained. */
function stageRows(rounds: Round[]): Row[] {
  const stages = rounds.flatMap((round) => round['raw bytes'].stages);
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

/**
 * A process that waits for its turn on a busy machine answers late whatever it does. The bare server shows by how much,
 * so the limits give way to a small multiple of it. A loop that waits for a model is eight whole runs late: no multiple
 * hides that.
 */
function healthRows({ idleMs, loadedMs, bareIdleMs, bareLoadedMs, modelMs, picturesPerSecond }: Health): Row[] {
  const p99 = (values: number[]) => quantile(values, 0.99);
  const p50Limit = Math.max(healthMsMax, bareSlack * median(bareLoadedMs));
  const p99Limit = Math.max(median(modelMs), bareSlack * p99(bareLoadedMs));
  const load = `${concurrency} pictures at once`;
  return [
    lessIsBetter('health, idle, p50 against bare node:http', median(idleMs), 'ms', median(bareIdleMs), null),
    plain('health, idle, p99', p99(idleMs), 'ms'),
    lessIsBetter(`health, ${load}, p50 against its limit`, median(loadedMs), 'ms', p50Limit, goals.health),
    lessIsBetter(`health, ${load}, p50 against idle`, median(loadedMs), 'ms', median(idleMs), null),
    lessIsBetter(`health, ${load}, p99 against one inference`, p99(loadedMs), 'ms', p99Limit, goals.health),
    plain(`  bare node:http, ${load}, p50`, median(bareLoadedMs), 'ms'),
    plain(`  bare node:http, ${load}, p99`, p99(bareLoadedMs), 'ms'),
    plain(`  stage model, ${load}, p50`, median(modelMs), 'ms'),
    plain(`  throughput, ${load}`, picturesPerSecond, 'pictures/s'),
  ];
}

const plain = (metric: string, value: number, unit: string): Row => lessIsBetter(metric, value, unit, null, null);
const all = (rounds: Round[], variant: Variant) => rounds.flatMap((round) => round[variant].durationsMs);
const mean = (values: number[]) => values.reduce((total, value) => total + value, 0) / values.length;
