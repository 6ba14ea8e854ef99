import { median } from '../lib/compare.ts';
import { createCaller } from '../lib/connection.ts';
import { lessIsBetter } from '../lib/report.ts';
import type { Row } from '../lib/report.ts';
import { loadServer } from './loads.ts';
import type { Load } from './loads.ts';
import type { ModelName } from './models.ts';
import { binaryRequest } from './requests.ts';
import { createSummary, measureRounds } from './rounds.ts';
import { sampleOf } from './samples.ts';
import type { World } from './world.ts';

/** Shared runs against single ones: what they gain where they can, must not cost where they cannot, nor one caller. */
const goals = { gains: 2.5, neverHurts: 0.97, noDelay: 1 / 1.05 };
type Pair = { shared: ModelName; alone: ModelName };
const gemm = { shared: 'gemm', alone: 'gemm-alone' } as const;
const conv = { shared: 'conv320', alone: 'conv320-alone' } as const;

/** Each network twice: as it comes, and with the word that its runs are never shared. */
export async function measureBatching(world: World): Promise<Row[]> {
  const { models, isQuick } = world;
  await using stack = new AsyncDisposableStack();
  const sidecar = stack.use(await world.startSidecar({ models: ['gemm', 'gemm-alone', 'conv320', 'conv320-alone'] }));
  const client = stack.use(await world.startLoadClient());
  using caller = createCaller(sidecar.url);
  const requestsOf = (name: ModelName) =>
    [1, 2, 3, 4].map((seed) => binaryRequest(sidecar, models[name], sampleOf(models[name], seed)));

  async function underLoad({ shared, alone }: Pair, connections: number) {
    const load = (name: ModelName, durationMs: number) =>
      loadServer(client, sidecar.cpu, { url: sidecar.url, requests: requestsOf(name), connections, durationMs });
    const rounds: { shared: Load; alone: Load }[] = [];
    for (let index = -1; index < (isQuick ? 3 : 6); index += 1) {
      world.signal.throwIfAborted();
      const ms = isQuick || index < 0 ? 1_200 : 3_000;
      const round = { shared: await load(shared, ms), alone: await load(alone, ms) };
      if (index >= 0) rounds.push(round);
    }
    const of = (pick: (round: (typeof rounds)[number]) => number) => median(rounds.map(pick));
    return {
      ratio: of((round) => round.shared.perSecond / round.alone.perSecond),
      rates: { shared: of((round) => round.shared.perSecond), alone: of((round) => round.alone.perSecond) },
      cpu: { shared: of((round) => round.shared.cpuUs), alone: of((round) => round.alone.cpuUs) },
    };
  }

  const rowsUnderLoad = async (what: string, pair: Pair, connections: number, goal: number | null): Promise<Row[]> => {
    const { ratio, rates, cpu } = await underLoad(pair, connections);
    return [
      {
        ...{ metric: `${what}, ${connections} connections, shared against single runs`, value: rates.shared },
        ...{ unit: 'requests/s', floor: rates.alone, ratio, goal, ok: goal === null ? null : ratio >= goal },
      },
      lessIsBetter('  server CPU', cpu.shared, 'µs/request', cpu.alone, null),
    ];
  };

  async function withOneCaller(what: string, { shared, alone }: Pair): Promise<Row> {
    const variant = (name: ModelName) => {
      const [request] = requestsOf(name);
      return { cpu: sidecar.cpu, run: async () => (await caller.call(request!)).durationMs };
    };
    const rounds = await measureRounds(
      { shared: variant(shared), alone: variant(alone) },
      { warmUpRounds: 20, roundsMin: 40, durationMs: isQuick ? 2_000 : 8_000, signal: world.signal },
    );
    const { p50, quietP50 } = createSummary(rounds, ['shared', 'alone']);
    const ratio = quietP50('alone') / quietP50('shared');
    return lessIsBetter(`${what}, 1 connection, p50`, p50('shared'), 'ms', p50('alone'), goals.noDelay, ratio);
  }

  return [
    ...(await rowsUnderLoad('a batch gains it', gemm, 64, goals.gains)),
    ...(await rowsUnderLoad('a batch gains it', gemm, 8, null)),
    await withOneCaller('a batch gains it', gemm),
    ...(await rowsUnderLoad('a batch gains it nothing', conv, 8, goals.neverHurts)),
    await withOneCaller('a batch gains it nothing', conv),
  ];
}
