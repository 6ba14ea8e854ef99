import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { Engine } from './engine/engine.ts';
import type { EngineStatistics } from './engine/statistics.ts';

/** A version of a model; `engine` is null while it does not answer. */
export type ModelFigures = {
  name: string;
  version: string;
  engine: Pick<Engine, 'depth' | 'readyCount' | 'statistics'> | null;
};

export type Metrics = ReturnType<typeof createMetrics>;

/** How often it is looked whether the event loop is late. Each look takes a processor from an engine. */
const loopLookMs = 50;
const stages = ['decode', 'preprocess', 'queue', 'model', 'postprocess'] as const;
type GaugeName = 'queue_depth' | 'engines_ready' | 'pending_bytes' | 'cache_entries' | 'cache_bytes';
type StageTimings = Record<`${(typeof stages)[number]}Ms`, number>;

/** What Prometheus can read. Labels only ever hold values from short lists that we choose. */
export function createMetrics() {
  const registry = new Registry();
  const registers = [registry];
  const countRequest = createRequestCounter(registers);
  const countFast = createFastCounter(registers);
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: loopLookMs });
  const stageSeconds = new Histogram({
    name: 'sightline_inference_stage_seconds',
    help: 'Time of one picture in each stage',
    labelNames: ['stage'],
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  return {
    registry,
    countRequest,
    countFast,
    pictures: new Counter({
      name: 'sightline_inference_pictures_total',
      help: 'Pictures that a model looked at',
      registers,
    }),
    batchSize: new Histogram({
      name: 'sightline_inference_batch_size',
      help: 'Requests that shared a run',
      buckets: [1, 2, 4, 8, 16, 32, 64],
      registers,
    }),
    dropped: new Counter({
      name: 'sightline_inference_dropped_total',
      help: 'Requests that left the queue without a run, by why',
      labelNames: ['reason'],
      registers,
    }),
    cache: new Counter({
      name: 'sightline_inference_cache_total',
      help: 'Pictures by what the cache knew: hit, miss, or joined to an identical request under way',
      labelNames: ['result'],
      registers,
    }),
    engineRestarts: new Counter({
      name: 'sightline_inference_engine_restarts_total',
      help: 'Engines that died and were replaced',
      registers,
    }),
    sessions: new Gauge({ name: 'sightline_inference_sessions', help: 'Runs over a source under way', registers }),
    frames: new Counter({ name: 'sightline_inference_frames_total', help: 'Frames of sessions', registers }),
    gauge(name: GaugeName, help: string, read: () => number): void {
      new Gauge({
        name: `sightline_inference_${name}`,
        help,
        registers,
        collect() {
          this.set(read());
        },
      });
    },
    /** Figures of every version of every model, read when somebody looks. The names are of installed models only. */
    trackModels(read: () => readonly ModelFigures[]): void {
      const labelNames = ['model', 'version'] as const;
      const gauge = (name: string, help: string, figure: (model: ModelFigures) => number) =>
        new Gauge({
          ...{ name: `sightline_inference_${name}`, help, labelNames, registers },
          collect() {
            this.reset();
            for (const each of read()) this.set({ model: each.name, version: each.version }, figure(each));
          },
        });
      gauge('model_ready', 'Whether the version answers', ({ engine }) => (engine ? 1 : 0));
      gauge('model_queue_depth', 'Requests waiting for the version', ({ engine }) => engine?.depth ?? 0);
      gauge('model_engines_ready', 'Its engines that can take work', ({ engine }) => engine?.readyCount ?? 0);
      const total = (name: string, help: string, figure: (statistics: EngineStatistics) => number) =>
        gauge(`model_${name}_total`, help, ({ engine }) => (engine ? figure(engine.statistics) : 0));
      total('success', 'Requests answered', ({ successCount }) => successCount);
      total('failure', 'Requests that the network failed on', ({ failureCount }) => failureCount);
      total('executions', 'Runs of the network', ({ executionCount }) => executionCount);
      total('queue_seconds', 'Time that requests waited', ({ queueMs }) => queueMs / 1_000);
      total('compute_seconds', 'Time that runs took', ({ modelMs }) => modelMs / 1_000);
      total(
        'convert_seconds',
        'Time before and after runs',
        (each) => (each.preprocessMs + each.postprocessMs) / 1_000,
      );
    },
    observe(timings: StageTimings): void {
      for (const stage of stages) stageSeconds.observe({ stage }, timings[`${stage}Ms`] / 1_000);
    },
  };
}

/** Counts in plain numbers, which are handed over when somebody looks: a labelled counter costs as much as a small network. */
function createRequestCounter(registers: Registry[]): (route: string, status: number) => void {
  const counts = new Map<string, Map<number, number>>();
  new Counter({
    name: 'sightline_inference_requests_total',
    help: 'Requests by route and status',
    labelNames: ['route', 'status'],
    registers,
    collect() {
      this.reset();
      for (const [route, byStatus] of counts) {
        for (const [status, count] of byStatus) this.inc({ route, status: String(status) }, count);
      }
    },
  });
  return (route, status) => {
    let byStatus = counts.get(route);
    if (!byStatus) counts.set(route, (byStatus = new Map()));
    byStatus.set(status, (byStatus.get(status) ?? 0) + 1);
  };
}

/** Counts the same way. */
function createFastCounter(registers: Registry[]): () => void {
  let count = 0;
  new Counter({
    name: 'sightline_inference_fast_lane_total',
    help: 'Requests among them that were answered on the way for small tensors',
    registers,
    collect() {
      this.reset();
      this.inc(count);
    },
  });
  return () => void count++;
}
