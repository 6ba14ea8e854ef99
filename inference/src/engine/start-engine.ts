import { SidecarError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { Metrics } from '../metrics.ts';
import type { InstalledModel } from '../models/model-files.ts';
import { traceStages } from '../tracing.ts';
import type { DetectionAnswer, Engine, Placement, RunOptions, TensorAnswer } from './engine.ts';
import type { EngineEntries } from './engine-host.ts';
import type { BatchResult, EngineReady, EngineTask } from './engine-protocol.ts';
import { createEngineSlot } from './engine-slot.ts';
import type { EngineSlot } from './engine-slot.ts';
import { createInlineLimit } from './inline-limit.ts';
import { createInlineSlot } from './inline-slot.ts';
import type { Job, JobAnswer } from './job.ts';
import { createJobQueue } from './job-queue.ts';
import { openNetwork } from './network.ts';
import { createPerform } from './perform.ts';
import { place } from './place.ts';
import { createRequireSize } from './request-size.ts';
import { requireOutputs, requireTensors } from './require-tensors.ts';
import { rowsOf, shapeKeyOf } from './stack.ts';
import { createStatistics } from './statistics.ts';
import { createSuspects } from './suspects.ts';
import type { Tensors } from './tensors.ts';

/** How engines run on this machine, unless a model's config says otherwise. */
export type EngineSettings = {
  engineCount: number;
  intraThreads: number;
  isSpinning: boolean;
  isolation: 'threads' | 'processes';
  /** Execution providers in order of preference. */
  providers: readonly string[];
  /** Requests that may wait for one model. */
  queueSize: number;
  /** Milliseconds by which every run is slowed down. */
  delayMs: number;
};

type Deps = {
  model: Pick<InstalledModel, 'name' | 'version' | 'modelPath' | 'config'>;
  settings: EngineSettings;
  entries: EngineEntries;
  log: Logger;
  metrics: Metrics;
};

/** Starts that may fail before the first success, for each engine. */
const startsMax = 3;

/**
 * The engines of one version of a model behind one queue: started, measured, warm. Throws MODEL_INVALID if none starts.
 */
export async function startEngine({ model, settings, entries, log, metrics }: Deps): Promise<Engine> {
  const { config, modelPath, name } = model;
  const own = config.engine.kind === 'local' ? config.engine : null;
  const engineCount = own?.count ?? settings.engineCount;
  const intraThreads = own?.threads ?? settings.intraThreads;
  const { isSpinning, providers, isolation, delayMs } = settings;
  const first = Promise.withResolvers<EngineReady>();
  let startsLeft = startsMax * engineCount;
  let placement: Placement = {
    kind: isolation,
    ...{ engineCount, intraThreads, provider: 'cpu', batchSizeMax: 1, batchDelayMs: 0 },
  };
  let slots: EngineSlot[] = [];
  const statistics = createStatistics();
  const suspects = createSuspects();
  let isStopped = false;
  let delay: NodeJS.Timeout | null = null;

  const queue = createJobQueue({
    sizeMax: config.queue?.sizeMax ?? settings.queueSize,
    policy: config.queue?.policy ?? 'drop-latest',
    idleCount: () => slots.reduce((count, { isIdle }) => count + (isIdle ? 1 : 0), 0),
    onDrop: (reason) => metrics.dropped.inc({ reason }),
    onWaiting: () => (placement.kind === 'inline' ? dispatchSoon() : dispatch()),
  });

  function dispatch(): void {
    for (const slot of slots) {
      const head = queue.peek();
      if (!head) return;
      if (!slot.isIdle) continue;
      const waitMs = placement.batchDelayMs - (performance.now() - head.enqueuedAt);
      if (placement.batchDelayMs > 0 && waitMs > 0 && queue.depth < placement.batchSizeMax) {
        // Somebody may still come to share the run with.
        delay ??= setTimeout(() => {
          delay = null;
          dispatch();
        }, waitMs);
        return;
      }
      const jobs = queue.take(placement.batchSizeMax);
      slot.run(jobs);
      metrics.batchSize.observe(jobs.length);
    }
  }

  let isDispatchDue = false;
  /** After whatever else came in with the same turn of the event loop: they share a run, and nobody waits for it. */
  function dispatchSoon(): void {
    if (isDispatchDue) return;
    isDispatchDue = true;
    setImmediate(() => {
      isDispatchDue = false;
      dispatch();
    });
  }

  function finish(jobs: readonly Job[], { results, preprocessMs, modelMs, postprocessMs }: BatchResult): void {
    statistics.executionCount++;
    statistics.preprocessMs += preprocessMs;
    statistics.modelMs += modelMs;
    statistics.postprocessMs += postprocessMs;
    jobs.forEach((job, index) => {
      const result = results[index];
      if (!result || result.kind === 'failed') {
        statistics.failureCount++;
        // For a while theirs run alone: others are not to run twice because of them.
        if (job.shapeKey !== null) suspects.add(job.tenant);
        job.reject(failure(job, result?.message ?? 'no result'));
      } else {
        const queueMs = job.startedAt - job.enqueuedAt;
        statistics.successCount++;
        statistics.queueMs += queueMs;
        job.resolve({ result, queueMs, preprocessMs, modelMs, postprocessMs, batchSize: jobs.length });
      }
    });
  }

  function lose(jobs: readonly Job[], reason: string): void {
    if (isStopped) {
      for (const job of jobs) job.reject(new SidecarError('SERVICE_UNAVAILABLE', 'The model is being put away.'));
      return;
    }
    metrics.engineRestarts.inc();
    // Nothing more to lose once the first engine was ready; before that it must not go on forever.
    if (--startsLeft === 0) first.reject(new SidecarError('MODEL_INVALID', `No engine starts: ${reason}`));
    for (const job of jobs.toReversed()) {
      if (queue.retry(job)) continue;
      job.reject(new SidecarError('ENGINE_FAILED', 'The engine was lost. Try again.', { internal: { reason } }));
    }
    dispatch();
  }

  const setup = { modelPath, config, intraThreads, isSpinning, providers, delayMs };
  const startSlot = (isMeasured: boolean) =>
    createEngineSlot({
      isolation,
      entries,
      setup: { ...setup, isMeasured },
      log: log.child({ model: name }),
      onReady: (ready) => first.resolve(ready),
      onIdle: dispatch,
      onDone: finish,
      onLost: lose,
      onRefused: (reason) =>
        first.reject(
          new SidecarError('MODEL_INVALID', `The model cannot be loaded: ${reason}`, { internal: { reason } }),
        ),
    });

  let larger: Promise<Engine> | null = null;
  async function close(): Promise<void> {
    isStopped = true;
    if (delay) clearTimeout(delay);
    queue.clear(new SidecarError('SERVICE_UNAVAILABLE', 'The model is being put away.'));
    await Promise.all(slots.map((slot) => slot.close()));
    await (await larger?.catch(() => null))?.[Symbol.asyncDispose]();
  }

  // Alone on the machine while it is measured; the others follow.
  slots = [startSlot(true)];
  let ready: EngineReady;
  try {
    ready = await first.promise;
  } catch (error) {
    await close();
    throw error;
  }
  placement = place({ config, ready, isolation, engineCount, intraThreads });
  if (placement.kind === 'inline') {
    const network = await openNetwork({ ...setup, intraThreads: 1 });
    const inline = createInlineSlot({
      perform: createPerform(network, config),
      release: network.release,
      onIdle: dispatchSoon,
      onDone: finish,
    });
    const [probe] = slots;
    slots = [inline];
    await probe?.close();
  } else slots.push(...Array.from({ length: placement.engineCount - 1 }, () => startSlot(false)));
  const { inputs, outputs } = ready;
  log.info({ model: name, version: model.version, ...placement, ...ready.measurement }, 'engine ready');

  /** Requests that would hold the thread of HTTP for long are run in an engine, which is started for the first of them. */
  function startLarger(): Promise<Engine> {
    larger ??= startEngine({
      ...{ settings, entries, log, metrics },
      model: { ...model, config: { ...config, engine: { kind: 'local', placement: 'engines', count: 1 } } },
    });
    larger.catch(() => {
      larger = null;
    });
    return larger;
  }
  const requireSize = createRequireSize(config, inputs);
  const fitsInline = placement.kind === 'inline' ? createInlineLimit(inputs, placement.batchSizeMax) : () => true;

  const ask = (task: EngineTask, shapeKey: string | null, rows: number, options: RunOptions): Promise<JobAnswer> =>
    queue.push({ task, shapeKey, rows }, options);

  async function askForTensors(
    task: EngineTask,
    shapeKey: string | null,
    rows: number,
    options: RunOptions,
  ): Promise<TensorAnswer> {
    const { result, ...rest } = await ask(task, shapeKey, rows, options);
    return { ...rest, outputs: result.kind === 'tensors' ? result.outputs : {} };
  }

  return {
    inputs,
    outputs,
    placement,
    async run(given: Tensors, options) {
      requireTensors(given, inputs);
      requireSize(given);
      if (options.outputs) requireOutputs(options.outputs, outputs);
      if (!fitsInline(given)) return (await startLarger()).run(given, options);
      const wanted = options.outputs ?? null;
      const rows = suspects.has(options.tenant) ? null : rowsOf(given);
      const task: EngineTask = { kind: 'tensors', inputs: given, outputs: wanted };
      const shapeKey = rows === null || placement.batchSizeMax === 1 ? null : shapeKeyOf(given, wanted);
      const answer = await askForTensors(task, shapeKey, rows ?? 1, options);
      traceStages(answer, { 'sightline.model': name, 'sightline.batch_size': answer.batchSize });
      return answer;
    },
    runPicture: (pixels, options) =>
      askForTensors({ kind: 'picture', pixels: new Uint8Array(pixels) }, 'picture', 1, options),
    async detect(pixels, options): Promise<DetectionAnswer> {
      const { confidenceMin } = options;
      const task: EngineTask = { kind: 'detect', pixels: new Uint8Array(pixels), confidenceMin };
      const { result, ...rest } = await ask(task, 'picture', 1, options);
      return { ...rest, candidates: result.kind === 'candidates' ? result.candidates : [] };
    },
    statistics,
    reserve: queue.reserve,
    get depth() {
      return queue.depth + queue.reservedCount;
    },
    get readyCount() {
      return slots.filter(({ isReady }) => isReady).length;
    },
    [Symbol.asyncDispose]: close,
  };
}

/** Shapes that the network left open may still not fit together: that is for the caller, and only then. */
function failure({ task }: Job, reason: string): SidecarError {
  const internal = { reason };
  return task.kind === 'tensors'
    ? new SidecarError('TENSOR_INVALID', 'The network cannot run on these tensors.', { internal })
    : new SidecarError('ENGINE_FAILED', 'The model could not run.', { internal });
}
