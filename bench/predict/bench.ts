import { readFile, rm } from 'node:fs/promises';
import { availableParallelism, getPriority, setPriority } from 'node:os';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadConfig } from '@sightline/inference/config';
import { untilInterrupted } from '../lib/interrupt.ts';
import type { Bench, BenchOptions, Row } from '../lib/report.ts';
import { bodiesOf, createCaller } from './call.ts';
import { sidecarEnvironment } from './environment.ts';
import { measureHealth } from './measure-health.ts';
import { measureRequests } from './measure-requests.ts';
import { startRawEngine, startSidecar } from './processes.ts';
import { rowsOf } from './rows.ts';

const pictureUrl = new URL('../../deploy/samples/pictures/kite.jpg', import.meta.url);
/** As `nice` counts: less is more. */
const raisedPriority = -15;
const times = { requestsMs: 24_000, idleMs: 2_000, loadedMs: 12_000 };

/** What `/predict` costs over running the network alone, and whether the sidecar stays awake meanwhile. */
const bench: Bench = (options) => untilInterrupted((signal) => measure({ ...options, signal }));
export default bench;

type Options = BenchOptions & { signal: AbortSignal };

async function measure({ say, model, picture: pictureGiven, signal }: Options): Promise<Row[]> {
  const picturePath = pictureGiven ? resolve(pictureGiven) : fileURLToPath(pictureUrl);
  const picture = await readFile(picturePath).catch((error: Error) => {
    throw new Error(`The picture cannot be read: ${error.message}`);
  });
  const { env, localToken, dataDirectory } = sidecarEnvironment(model);
  using priority = raisePriority();
  const { modelsDirectory, model: modelName, intraThreads, isSpinning, engineCount } = loadConfig(env);

  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(dataDirectory, { recursive: true, force: true }));
  say(`predict: starting the sidecar with ${modelName}`);
  const sidecar = stack.use(await startSidecar(env, say, signal));
  const caller = stack.use(createCaller({ authorization: `Bearer ${localToken}` }));

  const { prediction } = await caller.predict(`${sidecar.url}/predict`, bodiesOf(picture).raw);
  // After the sidecar took the picture: it says best what is wrong with one.
  const setup = { modelsDirectory, model: modelName, picturePath, intraThreads, isSpinning };
  const rawEngine = stack.use(await startRawEngine(setup, env));
  const { image, detections } = prediction;
  say(`  ${picturePath}: ${image.width} × ${image.height} pixels, ${picture.byteLength} bytes`);
  say(`  ${detections.length} objects: ${detections.map(({ label }) => label).join(', ') || 'none'}`);
  say(
    `  ${engineCount} engine(s) × ${intraThreads} thread(s) on ${availableParallelism()} cores, spinning ${isSpinning ? 'on' : 'off'}`,
  );
  say(`  priority over other programs: ${priority.isRaised ? 'yes' : 'not allowed to ask for it (root may)'}`);

  const subjects = { rawEngine, sidecar, caller, picture, signal };
  const rounds = await measureRequests({ ...subjects, durationMs: times.requestsMs, say });
  say('predict: asking for health, idle and under load');
  const health = await measureHealth({ ...subjects, idleMs: times.idleMs, loadedMs: times.loadedMs });
  const rows = rowsOf(rounds, health);
  if (modelName === loadConfig({}).model && !pictureGiven) return rows;
  say('predict: the goals are for our own model and picture; with another one there are only figures');
  return rows.map((row) => ({ ...row, goal: null, ok: null }));
}

/**
 * Asks the system to serve us and what we start before others: the less of the machine's other work is measured, the
 * fewer rounds it takes. A system may refuse.
 */
function raisePriority(): Disposable & { isRaised: boolean } {
  const before = getPriority();
  const set = (priority: number) => {
    try {
      setPriority(priority);
      return true;
    } catch {
      return false;
    }
  };
  return { isRaised: set(raisedPriority), [Symbol.dispose]: () => void set(before) };
}
