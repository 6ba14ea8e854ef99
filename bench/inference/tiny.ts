import { median } from '../lib/compare.ts';
import { createCaller } from '../lib/connection.ts';
import { lessIsBetter, moreIsBetter } from '../lib/report.ts';
import type { Row } from '../lib/report.ts';
import { startSubject } from '../lib/subject.ts';
import { loadServer } from './loads.ts';
import type { Load } from './loads.ts';
import { binaryRequest } from './requests.ts';
import { sampleOf } from './samples.ts';
import type { World } from './world.ts';

/** Of what Fastify does with the same bodies and no work. */
const goal = 0.85;
const manyConnections = 64;
const warmUpMs = 4_000;

/** Many callers with a network of microseconds, against a server that does nothing with the same bodies. */
export async function measureTiny(world: World): Promise<Row[]> {
  const { models, isQuick } = world;
  const model = models.mlp;
  await using stack = new AsyncDisposableStack();
  // Two of ours: one as it runs, one that writes no line for each request.
  const sidecar = stack.use(await world.startSidecar({ models: ['mlp'] }));
  const silent = stack.use(await world.startSidecar({ models: ['mlp'], env: { LOG_LEVEL: 'warn' } }));
  const client = stack.use(await world.startLoadClient());
  using caller = createCaller(sidecar.url);
  const samples = Array.from({ length: 8 }, (_, seed) => sampleOf(model, seed));
  const requestsTo = (address: typeof sidecar) => samples.map((sample) => binaryRequest(address, model, sample));
  const [request] = requestsTo(sidecar);
  const { body } = await caller.call(request!);
  const bare = stack.use(
    await startSubject('empty Fastify', new URL('bare-fastify.ts', import.meta.url), [String(body.byteLength)]),
  );

  const subjects = {
    bare: { cpu: () => bare.ask<number>('cpu'), requests: requestsTo({ ...sidecar, url: bare.url }), url: bare.url },
    ours: { cpu: sidecar.cpu, requests: requestsTo(sidecar), url: sidecar.url },
    silent: { cpu: silent.cpu, requests: requestsTo(silent), url: silent.url },
  };
  const load = (name: keyof typeof subjects, connections: number, durationMs: number) => {
    const { cpu, ...target } = subjects[name];
    return loadServer(client, cpu, { ...target, connections, durationMs });
  };
  const roundMs = isQuick ? 1_000 : 3_000;
  const rounds: Record<keyof typeof subjects, Load>[] = [];
  for (let index = -1; index < (isQuick ? 3 : 6); index += 1) {
    world.signal.throwIfAborted();
    // The first round pays for compiling the code, which takes some ten thousand requests.
    const ms = index < 0 ? warmUpMs : roundMs;
    const round = {
      bare: await load('bare', manyConnections, ms),
      ours: await load('ours', manyConnections, ms),
      silent: await load('silent', manyConnections, ms),
    };
    if (index >= 0) rounds.push(round);
  }
  const of = (pick: (round: (typeof rounds)[number]) => number) => median(rounds.map(pick));
  const floor = of((round) => round.bare.perSecond);
  const cpuFloor = of((round) => round.bare.cpuUs);
  const reached = (name: 'ours' | 'silent') => of((round) => round[name].perSecond / round.bare.perSecond);
  const one = { bare: await load('bare', 1, roundMs), ours: await load('ours', 1, roundMs) };
  const eight = { bare: await load('bare', 8, roundMs), ours: await load('ours', 8, roundMs) };
  const rate = (metric: string, name: 'ours' | 'silent', wanted: number | null): Row => ({
    ...{ metric, value: of((round) => round[name].perSecond), unit: 'requests/s', floor },
    ...{ ratio: reached(name), goal: wanted, ok: wanted === null ? null : reached(name) >= wanted },
  });
  return [
    moreIsBetter(`empty Fastify, ${manyConnections} connections`, floor, 'requests/s', null, null),
    rate(`tiny network, ${manyConnections} connections`, 'silent', goal),
    lessIsBetter(
      '  server CPU',
      of((round) => round.silent.cpuUs),
      'µs/request',
      cpuFloor,
      null,
    ),
    rate('  with a line of log a request', 'ours', null),
    lessIsBetter(
      '  server CPU',
      of((round) => round.ours.cpuUs),
      'µs/request',
      cpuFloor,
      null,
    ),
    moreIsBetter('  8 connections', eight.ours.perSecond, 'requests/s', eight.bare.perSecond, null),
    moreIsBetter('  1 connection', one.ours.perSecond, 'requests/s', one.bare.perSecond, null),
  ];
}
