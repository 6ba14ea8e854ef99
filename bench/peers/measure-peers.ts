import { median } from '../lib/compare.ts';
import { createCaller, encodeRequest } from '../lib/connection.ts';
import type { LoadClient } from '../lib/load-client.ts';
import { lessIsBetter } from '../lib/report.ts';
import type { Row } from '../lib/report.ts';
import { loadServer } from '../inference/loads.ts';
import type { Load } from '../inference/loads.ts';
import { binaryOutput, binaryRequest, bytesOf } from '../inference/requests.ts';
import { sampleOf } from '../inference/samples.ts';
import type { World } from '../inference/world.ts';
import { openPython, versionsOf } from './python.ts';
import { startPeer } from './start-peer.ts';

const peers = [
  { name: 'FastAPI + onnxruntime', program: 'fastapi_peer.py' },
  { name: 'LitServe', program: 'litserve_peer.py' },
] as const;
/** What LitServe is told; the measured best of 1, 8 and 64. We find it out at start. */
const models = [
  { name: 'conv320', batchSizeMax: 1 },
  { name: 'mlp', batchSizeMax: 64 },
] as const;
const connectionCounts = [1, 8, 64];
/** We are ahead at every point. */
const goal = 1;

/** The same networks behind what people use in Python, in turn with ours. */
export async function measurePeers(world: World): Promise<Row[]> {
  const python = await openPython(world);
  if (python === null) return [];
  world.say(`  ${await versionsOf(python)}`);
  const rows: Row[] = [];
  for (const model of models) rows.push(...(await measureModel(world, python, model)));
  return rows;
}

type Target = { url: string; requests: Buffer[]; cpu(): Promise<number> };

async function measureModel(world: World, python: string, { name, batchSizeMax }: (typeof models)[number]) {
  const { signal, engineCount, isQuick } = world;
  const model = world.models[name];
  await using stack = new AsyncDisposableStack();
  const samples = [1, 2, 3, 4].map((seed) => sampleOf(model, seed));
  const client = stack.use(await world.startLoadClient());
  const sidecar = stack.use(await world.startSidecar({ models: [name] }));
  const targets: Record<string, Target> = {
    ours: { ...sidecar, requests: samples.map((sample) => binaryRequest(sidecar, model, sample)) },
  };
  for (const peer of peers) {
    const { onnxPath } = model;
    const started = stack.use(
      await startPeer({ ...{ python, onnxPath, engineCount, batchSizeMax, signal }, program: peer.program }),
    );
    const requests = samples.map((sample) =>
      encodeRequest(started.url, {
        method: 'POST',
        headers: { 'content-type': 'application/octet-stream' },
        body: bytesOf(sample),
      }),
    );
    targets[peer.name] = { ...started, requests };
  }
  await requireEqualAnswers(targets);

  const rows: Row[] = [];
  for (const connections of connectionCounts) {
    const loads = await inTurn(client, targets, { connections, isQuick, signal });
    const of = (target: string, pick: (load: Load) => number) => median((loads[target] ?? []).map(pick));
    for (const peer of peers) {
      const ratio = median(
        (loads['ours'] ?? []).map(({ perSecond }, round) => perSecond / (loads[peer.name]?.[round]?.perSecond ?? NaN)),
      );
      rows.push(
        {
          ...{ metric: `${name}, ${connections} connections, against ${peer.name}`, unit: 'requests/s' },
          ...{ value: of('ours', (load) => load.perSecond), floor: of(peer.name, (load) => load.perSecond) },
          ...{ ratio, goal, ok: ratio >= goal },
        },
        lessIsBetter(
          '  p99',
          of('ours', (load) => load.p99Ms),
          'ms',
          of(peer.name, (load) => load.p99Ms),
          null,
        ),
        lessIsBetter(
          '  server CPU',
          of('ours', (load) => load.cpuUs),
          'µs/request',
          of(peer.name, (load) => load.cpuUs),
          null,
        ),
      );
    }
  }
  return rows;
}

/** Figures of different work would mean nothing. Builds of the runtime may differ in the last bits. */
async function requireEqualAnswers({ ours, ...others }: Record<string, Target>): Promise<void> {
  const floatsOf = (bytes: Buffer) => new Float32Array(Uint8Array.from(bytes).buffer);
  const ask = async ({ url, requests }: Target) => {
    using caller = createCaller(url);
    // Awaited, or the connection would be closed before the answer.
    return await caller.call(requests[0]!);
  };
  const expected = floatsOf(binaryOutput(await ask(ours!)));
  for (const [name, target] of Object.entries(others)) {
    const found = floatsOf((await ask(target)).body);
    const isEqual = found.length === expected.length && found.every((value, index) => close(value, expected[index]));
    if (!isEqual) throw new Error(`${name} does not answer what we answer.`);
  }
}

const close = (a: number, b = Number.NaN) => Math.abs(a - b) <= 1e-4 * Math.max(1, Math.abs(b));

type Plan = { connections: number; isQuick: boolean; signal: AbortSignal };

async function inTurn(client: LoadClient, targets: Record<string, Target>, { connections, isQuick, signal }: Plan) {
  const loads: Record<string, Load[]> = {};
  for (let round = -1; round < (isQuick ? 2 : 5); round += 1) {
    for (const [name, { cpu, ...target }] of Object.entries(targets)) {
      signal.throwIfAborted();
      const durationMs = isQuick || round < 0 ? 1_000 : 2_500;
      const load = await loadServer(client, cpu, { ...target, connections, durationMs });
      // The first round warms up.
      if (round >= 0) (loads[name] ??= []).push(load);
    }
  }
  return loads;
}
