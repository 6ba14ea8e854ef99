import { median } from '../lib/compare.ts';
import { lessIsBetter } from '../lib/report.ts';
import type { Row } from '../lib/report.ts';
import type { Stages } from './call.ts';
import { concurrency } from './measure-health.ts';
import type { Health } from './measure-health.ts';
import { variants, ways } from './measure-requests.ts';
import type { Round, Variant } from './measure-requests.ts';
import { quantile } from './statistics.ts';

/** Least ratio of floor to product. 0.77 of the floor's speed is 1.3 times its time. */
const goals = { rawBytes: 0.77, multipart: 0.91, base64: 0.8, cpu: 0.8, health: 1 };
const healthMsMax = 2;
/** How much later than a server that does nothing ours may be. */
const bareSlack = 2;
/** About two seconds. */
const probesPerStretch = 150;

const stageNames = ['decodeMs', 'preprocessMs', 'queueMs', 'modelMs', 'postprocessMs'] as const;

export function rowsOf(rounds: Round[], health: Health): Row[] {
  return [...latencyRows(rounds), ...cpuRows(rounds), ...stageRows(rounds), ...healthRows(health)];
}

/** Figures are of all rounds, as a caller meets them; ratios of the quiet ones, as the rest of the machine is not ours. */
function latencyRows(rounds: Round[]): Row[] {
  const quiet = quietOf(rounds);
  const p50 = (of: (round: Round) => number, among: Round[]) => median(among.map(of));
  const took = (variant: Variant) => (round: Round) => round[variant].durationMs;
  const decodeStage = (round: Round) => round['raw bytes'].stages?.decodeMs ?? 0;
  const row = (metric: string, variant: Variant, floors: ((round: Round) => number)[], goal: number | null = null) => {
    const floor = (among: Round[]) => floors.reduce((total, of) => total + p50(of, among), 0);
    const ratio = floor(quiet) / p50(took(variant), quiet);
    return lessIsBetter(metric, p50(took(variant), rounds), 'ms', floor(rounds), goal, ratio);
  };
  const rawRun = took('raw engine');
  const rawBytes = took('raw bytes');
  return [
    plain('raw engine run, p50', p50(rawRun, rounds), 'ms'),
    plain('  of the quiet rounds', p50(rawRun, quiet), 'ms'),
    row('raw bytes, p50 against raw run + decode stage', 'raw bytes', [rawRun, decodeStage], goals.rawBytes),
    row('multipart, p50 against raw bytes', 'multipart', [rawBytes], goals.multipart),
    row('base64 JSON, p50 against raw bytes', 'base64', [rawBytes], goals.base64),
    ...ways.map((way) => row(`${way}, p50 against raw run`, way, [rawRun])),
    ...(['raw engine', ...ways] as const).map((variant) =>
      plain(`${variant}, p95`, quantile(rounds.map(took(variant)), 0.95), 'ms'),
    ),
  ];
}

/** The quarter of the rounds that took least, all variants together: choosing by the sum favours none of them. */
function quietOf(rounds: Round[]): Round[] {
  const sum = (round: Round) => variants.reduce((total, variant) => total + round[variant].durationMs, 0);
  return rounds.toSorted((a, b) => sum(a) - sum(b)).slice(0, Math.max(1, Math.ceil(rounds.length / 4)));
}

function cpuRows(rounds: Round[]): Row[] {
  const cpu = (variant: Variant) => mean(rounds.map((round) => round[variant].cpuUs));
  const parts = cpu('raw engine') + cpu('decoder');
  return [
    plain('raw engine, CPU', cpu('raw engine'), 'µs/run'),
    plain('decoder alone, CPU', cpu('decoder'), 'µs/picture'),
    lessIsBetter('raw bytes, server CPU against both', cpu('raw bytes'), 'µs/request', parts, goals.cpu),
    lessIsBetter('multipart, server CPU against both', cpu('multipart'), 'µs/request', parts, goals.cpu),
    lessIsBetter('base64 JSON, server CPU against both', cpu('base64'), 'µs/request', parts, goals.cpu),
  ];
}

/** Where the time of a request goes; the last two are what the stages leave unexplained. */
function stageRows(rounds: Round[]): Row[] {
  const stages = rounds.flatMap((round) => round['raw bytes'].stages ?? []);
  const sum = (each: Stages) => stageNames.reduce((total, name) => total + each[name], 0);
  return [
    ...stageNames.map((name) =>
      plain(`  stage ${name.slice(0, -2)}, p50`, median(stages.map((each) => each[name])), 'ms'),
    ),
    plain('  between the stages, p50', median(stages.map((each) => each.totalMs - sum(each))), 'ms'),
    plain(
      '  HTTP, both ends, p50',
      median(rounds.map(({ 'raw bytes': run }) => run.durationMs - (run.stages?.totalMs ?? 0))),
      'ms',
    ),
  ];
}

/**
 * A process that waits for its turn on a busy machine answers late whatever it does. The bare server shows by how much,
 * so the limits give way to a small multiple of it. A loop that waits for a model is eight whole runs late: no multiple
 * hides that.
 */
function healthRows({ idleMs, loadedMs, bareIdleMs, bareLoadedMs, modelMs, picturesPerSecond }: Health): Row[] {
  const p50Limit = Math.max(healthMsMax, bareSlack * median(bareLoadedMs));
  const p99Limit = Math.max(median(modelMs), bareSlack * usualP99(bareLoadedMs));
  const load = `${concurrency} pictures at once`;
  return [
    lessIsBetter('health, idle, p50 against bare node:http', median(idleMs), 'ms', median(bareIdleMs), null),
    plain('health, idle, p99', p99(idleMs), 'ms'),
    lessIsBetter(`health, ${load}, p50 against its limit`, median(loadedMs), 'ms', p50Limit, goals.health),
    lessIsBetter(`health, ${load}, p50 against idle`, median(loadedMs), 'ms', median(idleMs), null),
    lessIsBetter(`health, ${load}, usual p99 against its limit`, usualP99(loadedMs), 'ms', p99Limit, goals.health),
    plain(`health, ${load}, p99`, p99(loadedMs), 'ms'),
    plain(`  bare node:http, ${load}, p50`, median(bareLoadedMs), 'ms'),
    plain(`  bare node:http, ${load}, usual p99`, usualP99(bareLoadedMs), 'ms'),
    plain(`  stage model, ${load}, p50`, median(modelMs), 'ms'),
    plain(`  throughput, ${load}`, picturesPerSecond, 'pictures/s'),
  ];
}

const p99 = (values: readonly number[]) => quantile(values, 0.99);

/** The median of the p99s of short stretches: what happens all the time shows, a burst of somebody else does not. */
function usualP99(values: readonly number[]): number {
  const stretches = Array.from({ length: Math.max(1, Math.floor(values.length / probesPerStretch)) }, (_, index) =>
    values.slice(index * probesPerStretch, (index + 1) * probesPerStretch),
  );
  return median(stretches.map(p99));
}

const plain = (metric: string, value: number, unit: string): Row => lessIsBetter(metric, value, unit, null, null);
const mean = (values: number[]) => values.reduce((total, value) => total + value, 0) / values.length;
