import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCompanion } from '../lib/companion.ts';
import type { Companion } from '../lib/companion.ts';
import { createCaller, encodeRequest } from '../lib/connection.ts';
import { startLoadClient } from '../lib/load-client.ts';
import type { LoadClient } from '../lib/load-client.ts';
import { startCpuClock } from '../lib/process-cpu.ts';
import type { CpuClock } from '../lib/process-cpu.ts';
import type { Row } from '../lib/report.ts';
import { startSidecar } from '../lib/start-sidecar.ts';
import { pictureModel, writeModels } from './models.ts';
import type { BenchModel, BenchModels, ModelName } from './models.ts';
import { fullHdPicture } from './picture.ts';
import type { RawEngineSetup, RawReply, RawRequest } from './raw-engine.ts';
import type { Address } from './requests.ts';

/** What the groups of measurements share. */
export type World = AsyncDisposable & {
  say(text: string): void;
  signal: AbortSignal;
  /** Figures for a first look, in a fraction of the time. */
  isQuick: boolean;
  models: BenchModels;
  picture: Buffer;
  /** Engines of one thread each. */
  engineCount: number;
  startSidecar(options?: { models?: readonly ModelName[]; env?: NodeJS.ProcessEnv }): Promise<BenchSidecar>;
  startRawEngine(): Promise<RawEngine>;
  startLoadClient(): Promise<LoadClient>;
};
export type BenchSidecar = AsyncDisposable & Address & { cpu: CpuClock; pid: number };
export type RawEngine = Companion<RawRequest, RawReply>;
/** Measurements that belong together. */
export type Group = (world: World) => Promise<Row[]>;

/** More would say no more, and take longer to start. */
const engineCountMax = 4;

type Options = Pick<World, 'say' | 'signal' | 'isQuick'> & { profile?: string | undefined };

/** Writes the models; everything else is started by whoever needs it. */
export async function createWorld({ profile, ...given }: Options): Promise<World> {
  const { say, signal } = given;
  const folder = join(tmpdir(), `sightline-bench-${randomUUID()}`);
  const modelsDirectory = join(folder, 'models');
  await mkdir(modelsDirectory, { recursive: true });
  const picture = await fullHdPicture();
  const picturePath = join(folder, 'picture.jpg');
  await writeFile(picturePath, picture);
  const models = await writeModels(modelsDirectory);
  const engineCount = Math.min(engineCountMax, availableParallelism());

  async function startOwnSidecar({ models: wanted = [], env = {} }: Parameters<World['startSidecar']>[0] = {}) {
    const localToken = randomUUID();
    const sidecar = await startSidecar({
      ...{ say, signal, profile },
      env: {
        ...process.env,
        MODELS_DIR: modelsDirectory,
        DATA_DIR: join(folder, randomUUID()),
        MODEL: pictureModel,
        LOCAL_TOKEN: localToken,
        // Engines of one thread: what several of them reach is told against a single one.
        ENGINES: String(engineCount),
        INTRA_THREADS: '1',
        // As it runs: one line a request.
        LOG_LEVEL: 'info',
        PROGRESS: 'off',
        // However the bench ends, the sidecar ends too.
        PARENT_WATCH: '1',
        ...env,
      },
    });
    const address = { url: sidecar.url, headers: { authorization: `Bearer ${localToken}` } };
    for (const name of wanted) await load(address, models[name]);
    return {
      ...address,
      pid: sidecar.process.pid ?? 0,
      cpu: await startCpuClock(sidecar.process),
      ...disposing(sidecar),
    };
  }

  return {
    ...given,
    models,
    picture,
    engineCount,
    startSidecar: startOwnSidecar,
    startRawEngine: () =>
      startCompanion('raw engine', new URL('raw-engine.ts', import.meta.url), {
        args: [JSON.stringify({ models: Object.values(models), picturePath } satisfies RawEngineSetup)],
        // As the sidecar tells its decoder and its runtime.
        env: { ...process.env, ORT_DISABLE_TELEMETRY: '1', VIPS_CONCURRENCY: '1' },
      }),
    startLoadClient,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

const disposing = (inner: AsyncDisposable) => ({ [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose]() });

/** Has a model loaded now, so that nobody waits for it later. */
async function load({ url, headers }: Address, { name }: BenchModel): Promise<void> {
  using caller = createCaller(url);
  await caller.call(
    encodeRequest(`${url}/v2/repository/models/${name}/load`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: Buffer.from('{}'),
    }),
  );
}
