import { performance } from 'node:perf_hooks';
import { createBag } from '../../collections/bag.ts';
import type { Bagged } from '../../collections/bag.ts';
import { SidecarError } from '../../errors.ts';
import type { Logger } from '../../logger.ts';
import type { Metrics } from '../../metrics.ts';
import type { InstalledModel } from '../../models/model-files.ts';
import { traceHeaders } from '../../tracing.ts';
import type { DetectionAnswer, Engine, RunOptions, TensorAnswer } from '../engine.ts';
import type { EngineTask } from '../engine-protocol.ts';
import type { Job, JobAnswer } from '../job.ts';
import { createJobQueue } from '../job-queue.ts';
import { requireOutputs, requireTensors } from '../require-tensors.ts';
import { createStatistics } from '../statistics.ts';
import { awayFor, createAskRemote } from './ask-remote.ts';
import { createBreaker } from './breaker.ts';
import { describeRemote } from './describe-remote.ts';
import { createRemoteTasks } from './remote-tasks.ts';
import { createTransport } from './transport.ts';
import { watchRemote } from './watch-remote.ts';

type Deps = {
  model: Pick<InstalledModel, 'name' | 'version' | 'config'>;
  /** Bearer tokens for servers elsewhere, by the name of their variable. */
  tokens: Readonly<Record<string, string>>;
  /** Requests that may wait for one model. */
  queueSize: number;
  log: Logger;
  metrics: Metrics;
  /** How long a server may take to come up before the model counts as gone. */
  startMsMax?: number;
  /** Ends the wait for a server to come up. */
  signal: AbortSignal;
};

/** Failures in a row after which a server is left alone, and for how long. */
const failuresMax = 5;
const restMs = { first: 1_000, last: 30_000 };
const startMsMaxDefault = 30_000;

/** What one request needs while it is under way. */
type Flight = Bagged & { cancel: AbortController; headers: Record<string, string> };

/**
 * A model that runs on another server, over the Open Inference Protocol: Triton, KServe, MLServer, or a sidecar like this
 * one. Throws SERVICE_UNAVAILABLE when the server does not answer, MODEL_INVALID when it has no such model or one that
 * cannot be used.
 */
export async function startRemoteEngine(deps: Deps): Promise<Engine> {
  const { model, tokens, queueSize, metrics, startMsMax: waitMs = startMsMaxDefault } = deps;
  const { config, name, version } = model;
  const { engine: own } = config;
  if (own.kind !== 'remote') throw new Error(`${name} runs here.`);
  const { url, connectionsMax, timeoutMs, retries } = own;
  const token = tokenOf(own.tokenVariable, tokens);
  const path = pathOf(own.model ?? name, own.version);
  const transport = createTransport({ url, connectionsMax, token });
  // A connection of its own: a server is not away because everybody is using it.
  const watchTransport = createTransport({ url, connectionsMax: 1, token });
  const close = () => {
    transport.close();
    watchTransport.close();
  };
  const remote = await describeRemote({
    transport: watchTransport,
    path,
    timeoutMs,
    waitMs,
    signal: deps.signal,
  }).catch((error: unknown) => {
    close();
    throw error;
  });
  const log = deps.log.child({ model: name, version, server: new URL(url).origin });
  const breaker = createBreaker({
    ...{ failuresMax, restMs, now: () => performance.now() },
    onChange(isOpen) {
      if (isOpen) log.error('remote engine fails, leaving it alone');
      else log.info('remote engine answers again');
      if (isOpen) watch.lookSoon();
    },
  });
  const watch = watchRemote({
    ...{ transport: watchTransport, path, breaker },
    onChange: (isUp) => (isUp ? log.info('remote engine is ready') : log.warn('remote engine is not ready')),
  });
  const ask = createAskRemote({ transport, breaker, retries, timeoutMs, health: watch });
  const tasks = createRemoteTasks(config, remote);
  const statistics = createStatistics();
  const flights = createBag<Flight>();
  const flightOf = new WeakMap<EngineTask, Flight>();
  let underWay = 0;
  let isClosed = false;

  const queue = createJobQueue({
    sizeMax: config.queue?.sizeMax ?? queueSize,
    policy: config.queue?.policy ?? 'drop-latest',
    idleCount: () => connectionsMax - underWay,
    onDrop: (reason) => metrics.dropped.inc({ reason }),
    onWaiting: dispatch,
  });

  function dispatch(): void {
    while (underWay < connectionsMax) {
      const [job] = queue.take(1);
      if (!job) return;
      underWay++;
      void forward(job).finally(() => {
        underWay--;
        dispatch();
      });
    }
  }

  async function forward(job: Job): Promise<void> {
    const { task, deadlineAt } = job;
    const flight = flightOf.get(task);
    if (!flight) return;
    const startedAt = performance.now();
    try {
      const { body, jsonLength } = tasks.ask(job, startedAt);
      const filledAt = performance.now();
      const headers = { ...flight.headers, ...headersOf(jsonLength) };
      const { signal } = flight.cancel;
      const answer = await ask({ method: 'POST', path: `${path}/infer`, body, headers, signal }, deadlineAt);
      const ranAt = performance.now();
      const result = tasks.resultOf(task, answer);
      const timings = {
        queueMs: job.startedAt - job.enqueuedAt,
        preprocessMs: filledAt - startedAt,
        modelMs: ranAt - filledAt,
        postprocessMs: performance.now() - ranAt,
      };
      statistics.successCount++;
      statistics.executionCount++;
      for (const stage of ['queueMs', 'preprocessMs', 'modelMs', 'postprocessMs'] as const) {
        statistics[stage] += timings[stage];
      }
      job.resolve({ result, ...timings, batchSize: 1 });
    } catch (error) {
      if (!flight.cancel.signal.aborted) statistics.failureCount++;
      job.reject(tasks.errorOf(task, error));
    }
  }

  function requireOpen(): void {
    if (isClosed) throw puttingAway();
    const restLeftMs = breaker.refusalMs();
    if (restLeftMs !== null) throw awayFor(restLeftMs);
  }

  async function send(task: EngineTask, options: RunOptions): Promise<JobAnswer> {
    requireOpen();
    const flight: Flight = { place: -1, cancel: new AbortController(), headers: traceHeaders() };
    flights.add(flight);
    flightOf.set(task, flight);
    try {
      return await queue.push({ task, shapeKey: null, rows: 1 }, options);
    } finally {
      flights.remove(flight);
      // Whoever hung up or ran out of time: nobody wants the answer any more.
      flight.cancel.abort(new DOMException('Nobody waits for the answer any more.', 'AbortError'));
    }
  }

  async function sendForTensors(task: EngineTask, options: RunOptions): Promise<TensorAnswer> {
    const { result, ...others } = await send(task, options);
    return { ...others, outputs: result.kind === 'tensors' ? result.outputs : {} };
  }

  log.info({ connectionsMax, isBinary: remote.isBinary }, 'remote engine ready');
  return {
    inputs: remote.inputs,
    outputs: remote.outputs,
    placement: {
      ...{ kind: 'remote', provider: 'remote', engineCount: connectionsMax, intraThreads: 1 },
      ...{ batchSizeMax: 1, batchDelayMs: 0 },
    },
    async run(inputs, options) {
      requireTensors(inputs, remote.inputs);
      if (options.outputs) requireOutputs(options.outputs, remote.outputs);
      return sendForTensors({ kind: 'tensors', inputs, outputs: options.outputs ?? null }, options);
    },
    runPicture: (pixels, options) => sendForTensors({ kind: 'picture', pixels: new Uint8Array(pixels) }, options),
    async detect(pixels, options): Promise<DetectionAnswer> {
      const { confidenceMin } = options;
      const task: EngineTask = { kind: 'detect', pixels: new Uint8Array(pixels), confidenceMin };
      const { result, ...others } = await send(task, options);
      return { ...others, candidates: result.kind === 'candidates' ? result.candidates : [] };
    },
    reserve(options) {
      requireOpen();
      return queue.reserve(options);
    },
    statistics,
    get depth() {
      return queue.depth + queue.reservedCount;
    },
    get readyCount() {
      return watch.isUp && !breaker.isOpen ? connectionsMax : 0;
    },
    async [Symbol.asyncDispose]() {
      isClosed = true;
      watch.stop();
      queue.clear(puttingAway());
      for (const { cancel } of flights.items) cancel.abort(puttingAway());
      close();
    },
  };
}

const puttingAway = () => new SidecarError('SERVICE_UNAVAILABLE', 'The model is being put away.');

const pathOf = (model: string, version: string | undefined): string =>
  `/v2/models/${encodeURIComponent(model)}${version === undefined ? '' : `/versions/${encodeURIComponent(version)}`}`;

function tokenOf(variable: string | undefined, tokens: Deps['tokens']): string | null {
  if (variable === undefined) return null;
  const token = tokens[variable];
  if (token !== undefined) return token;
  throw new SidecarError('MODEL_INVALID', `engine.tokenVariable: ${variable} is not set.`);
}

const headersOf = (jsonLength: number | null): Record<string, string | number> =>
  jsonLength === null
    ? { 'content-type': 'application/json' }
    : { 'content-type': 'application/octet-stream', 'inference-header-content-length': jsonLength };
