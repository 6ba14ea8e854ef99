import { setTimeout as delay } from 'node:timers/promises';
import { createCaller } from '../lib/connection.ts';
import { countOf } from '../lib/load-client.ts';
import { lessIsBetter, moreIsBetter } from '../lib/report.ts';
import type { Row } from '../lib/report.ts';
import { quantile } from '../lib/statistics.ts';
import { generatorShareOf, loadServer } from './loads.ts';
import { binaryRequest, pictureRequests } from './requests.ts';
import { sampleOf } from './samples.ts';
import type { BenchSidecar, World } from './world.ts';

const factor = 5;
/** Of what it does with callers who wait for their answers. */
const goodputMin = 0.9;
const recoverySecondsMax = 5;
/** Enough to keep every engine busy. */
const steadyConnections = 8;
const connectionsMax = 512;
/** Answers as quick as before, so many in a row, before it counts as recovered. */
const recoveredCount = 5;
/** A single caller, against itself before. */
const recoveredWithin = 1.5;

/** Five times what the sidecar can do, on a beat that waits for nobody: with pictures, and with large tensors. */
export async function measureOverload(world: World): Promise<Row[]> {
  const { models, picture, isQuick } = world;
  const pictures = async () => {
    await using sidecar = await world.startSidecar();
    const { raw } = pictureRequests(sidecar, models['conv640-uint8'], picture);
    // Awaited, or the sidecar would be gone before it begins.
    return await overload(world, sidecar, { what: 'pictures', requests: [raw], durationMs: isQuick ? 10_000 : 60_000 });
  };
  const tensors = async () => {
    await using sidecar = await world.startSidecar({ models: ['gemm-alone'] });
    const requests = [1, 2, 3, 4].map((seed) =>
      binaryRequest(sidecar, models['gemm-alone'], sampleOf(models['gemm-alone'], seed)),
    );
    return await overload(world, sidecar, { what: 'small tensors', requests, durationMs: isQuick ? 5_000 : 20_000 });
  };
  return [...(await pictures()), ...(await tensors())];
}

type Flood = { what: string; requests: Buffer[]; durationMs: number };

async function overload(world: World, sidecar: BenchSidecar, { what, requests, durationMs }: Flood): Promise<Row[]> {
  const { url, cpu } = sidecar;
  await using client = await world.startLoadClient();
  using caller = createCaller(url);
  const [request] = requests;
  const steady = (ms: number) =>
    loadServer(client, cpu, { url, requests, connections: steadyConnections, durationMs: ms });

  await steady(2_000);
  const before = await steady(Math.min(8_000, durationMs));
  const aloneMs: number[] = [];
  for (let index = 0; index < 20; index += 1) aloneMs.push((await caller.call(request!)).durationMs);
  const usualMs = quantile(aloneMs, 0.5);

  world.say(`  ${what}: ${Math.round(before.perSecond * factor)} requests/s for ${durationMs / 1_000} s`);
  const cpuUsBefore = await cpu();
  const flood = await client.run({
    ...{ kind: 'paced', url, requests, perSecond: before.perSecond * factor, connectionsMax, durationMs },
  });
  const cpuUs = (await cpu()) - cpuUsBefore;
  const recoverySeconds = await recovery(async () => (await caller.call(request!)).durationMs, usualMs, world.signal);
  const after = await steady(Math.min(4_000, durationMs));

  const answered = countOf(flood) / (durationMs / 1_000);
  // Five times as much to send takes more of the cores that everything runs on: nobody could answer with those.
  const generatorShare = generatorShareOf(flood);
  const capacity = before.perSecond * (1 - (generatorShare - before.generatorShare));
  const count = (match: (code: number) => boolean) => flood.status.filter(match).length;
  const refused = count((code) => code === 429 || code === 503);
  const broken = count((code) => code === 0 || (code !== 200 && code !== 429 && code !== 503));
  const served = [...flood.latencyMs].filter((_, index) => flood.status[index] === 200);
  if (flood.refusal) world.say(`  a refusal: ${flood.refusal}`);
  const goal = goodputMin;
  return [
    moreIsBetter(`${what}, ${steadyConnections} connections that wait`, before.perSecond, 'requests/s', null, null),
    moreIsBetter('  and with the cores that the flood leaves', capacity, 'requests/s', null, null),
    moreIsBetter(`${what}, ${factor} times as many: answered`, answered, 'requests/s', capacity, goal),
    moreIsBetter('  against all of it', answered, 'requests/s', before.perSecond, null),
    moreIsBetter('  refused with 429 or 503', refused, 'requests', null, null),
    { ...{ metric: '  broken off, or any other answer', value: broken, unit: 'requests' }, ...none, ok: broken === 0 },
    moreIsBetter('  not even sent for want of a connection', flood.unsentCount, 'requests', null, null),
    lessIsBetter('  answered, p50', quantile(served, 0.5), 'ms', null, null),
    lessIsBetter('  answered, p99', quantile(served, 0.99), 'ms', null, null),
    lessIsBetter('  server CPU, refused ones included', cpuUs / flood.status.length, 'µs/request', before.cpuUs, null),
    lessIsBetter('  load generator CPU', flood.cpuUs / flood.status.length, 'µs/request', null, null),
    lessIsBetter('  of all processor time', generatorShare, '', null, null),
    lessIsBetter('  recovery against its limit', recoverySeconds, 's', recoverySecondsMax, 1),
    moreIsBetter('  answered afterwards', after.perSecond, 'requests/s', before.perSecond, null),
  ];
}

const none = { floor: null, ratio: null, goal: null };

/** Seconds until a single caller is served as before. */
async function recovery(call: () => Promise<number>, usualMs: number, signal: AbortSignal): Promise<number> {
  const startedAt = performance.now();
  let backAt = startedAt;
  for (let quick = 0; quick < recoveredCount;) {
    signal.throwIfAborted();
    const isQuick = await call().then(
      (ms) => ms <= usualMs * recoveredWithin,
      () => false,
    );
    if (quick === 0) backAt = performance.now();
    quick = isQuick ? quick + 1 : 0;
    if (!isQuick) await delay(10);
    if (performance.now() - startedAt > 60_000) return Infinity;
  }
  return (backAt - startedAt) / 1_000;
}
