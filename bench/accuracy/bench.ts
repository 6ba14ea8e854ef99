import { rm } from 'node:fs/promises';
import { loadConfig } from '@sightline/inference/config';
import { untilInterrupted } from '../lib/interrupt.ts';
import type { Bench, BenchOptions, Row } from '../lib/report.ts';
import { sidecarEnvironment } from '../lib/sidecar-environment.ts';
import { startSidecar } from '../lib/start-sidecar.ts';
import { createCaller } from './call.ts';
import { requireKnown } from './known-categories.ts';
import { readLabels } from './labels.ts';
import { askModel, lookAtAll } from './look-at-all.ts';
import { rowsOf } from './rows.ts';

/** Of the objects in our own pictures; for the model that runs by default. */
const recallGoal = 0.85;
const misfitsTold = 5;

/** How much of what a person sees in pictures a detector finds, through a real sidecar. */
const bench: Bench = (options) => untilInterrupted((signal) => measure({ ...options, signal }));
export default bench;

async function measure({ say, signal, ...given }: BenchOptions & { signal: AbortSignal }): Promise<Row[]> {
  const labelled = await readLabels(given);
  const { env, localToken, dataDirectory } = sidecarEnvironment(given.model);
  const { model: name, engineCount } = loadConfig(env);

  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(dataDirectory, { recursive: true, force: true }));
  say(`accuracy: starting the sidecar with ${name}`);
  const sidecar = stack.use(await startSidecar({ env, say, signal }));
  const headers = { authorization: `Bearer ${localToken}` };
  const caller = stack.use(createCaller(headers));
  const model = await askModel(sidecar.url, headers, signal);
  const { pictures, unknownCount } = requireKnown(labelled, model, say);

  say(`accuracy: ${pictures.length} pictures`);
  // One more than there are engines: the next picture is decoded meanwhile.
  const concurrency = engineCount + 1;
  const { judged, misfits } = await lookAtAll({
    pictures,
    caller,
    url: sidecar.url,
    concurrency,
    output: process.stderr,
    signal,
  });
  for (const misfit of misfits.slice(0, misfitsTold)) say(`  left out: ${misfit}`);
  const isOurs = given.labels === undefined && name === loadConfig({}).model;
  return rowsOf({
    judged,
    confidenceMin: model.thresholds.confidence,
    recallGoal: isOurs ? recallGoal : null,
    unknownCount,
    misfits,
  });
}
