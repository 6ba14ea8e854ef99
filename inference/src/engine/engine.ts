import { performance } from 'node:perf_hooks';
import { SidecarError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { Metrics } from '../metrics.ts';
import type { PixelBuffers } from '../vision/pixel-buffers.ts';
import type { EngineSetup } from './engine-protocol.ts';
import { createEngineSlot } from './engine-slot.ts';
import { createJobQueue } from './job-queue.ts';
import type { Job } from './job-queue.ts';

export type Engine = Awaited<ReturnType<typeof startEngine>>;

type Deps = {
  setup: EngineSetup;
  entry: URL;
  engineCount: number;
  queueSize: number;
  buffers: PixelBuffers;
  log: Logger;
  metrics: Metrics;
};

/** The engines of one model behind one queue. Resolves when the first is ready; throws MODEL_INVALID if none starts. */
export async function startEngine({ setup, entry, engineCount, queueSize, buffers, log, metrics }: Deps) {
  const first = Promise.withResolvers<void>();
  let startsLeft = 3 * engineCount;
  /** Milliseconds that a job now in an engine had waited. */
  const waitedMs = new WeakMap<Job, number>();
  const queue = createJobQueue({
    sizeMax: queueSize,
    onDrop(reason, pixels) {
      metrics.dropped.inc({ reason });
      if (pixels) buffers.give(pixels);
    },
    onWaiting: dispatch,
  });

  const slots = Array.from({ length: engineCount }, () =>
    createEngineSlot({
      setup,
      entry,
      log,
      onIdle() {
        first.resolve();
        dispatch();
      },
      onDone(job, reply) {
        buffers.give(reply.pixels);
        if (reply.type === 'failed') {
          job.reject(
            new SidecarError('ENGINE_FAILED', 'The model could not run.', { internal: { reason: reply.message } }),
          );
        } else {
          const { candidates, preprocessMs, modelMs, postprocessMs } = reply;
          const queueMs = waitedMs.get(job) ?? 0;
          job.resolve({ candidates, preprocessMs, modelMs, postprocessMs, queueMs });
        }
      },
      onLost(job, reason) {
        metrics.engineRestarts.inc();
        // Nothing more to lose once the first engine was ready; before that it must not go on forever.
        if (--startsLeft === 0) first.reject(new SidecarError('MODEL_INVALID', `No engine starts: ${reason}`));
        job?.reject(new SidecarError('ENGINE_FAILED', 'The engine was lost. Try again.', { internal: { reason } }));
      },
      onRefused: (reason) =>
        first.reject(
          new SidecarError('MODEL_INVALID', `The model cannot be loaded: ${reason}`, { internal: { reason } }),
        ),
    }),
  );
  function dispatch(): void {
    for (const slot of slots) {
      if (!slot.isIdle) continue;
      const job = queue.shift();
      if (!job) return;
      waitedMs.set(job, performance.now() - job.enqueuedAt);
      slot.run(job);
    }
  }

  async function close(): Promise<void> {
    queue.clear(new SidecarError('SERVICE_UNAVAILABLE', 'The sidecar is shutting down.'));
    await Promise.all(slots.map((slot) => slot.close()));
  }

  try {
    await first.promise;
  } catch (error) {
    await close();
    throw error;
  }
  return {
    /** Runs one picture. The buffer is the engine's from here on. See `createJobQueue` for what it throws. */
    detect: queue.push,
    requireRoom: queue.requireRoom,
    get depth() {
      return queue.depth;
    },
    /** Engines that can take work. */
    get readyCount() {
      return slots.filter(({ isReady }) => isReady).length;
    },
    [Symbol.asyncDispose]: close,
  };
}
