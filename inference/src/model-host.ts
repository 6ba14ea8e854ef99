import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Config } from './config.ts';
import type { EngineEntries } from './engine/engine-host.ts';
import { startEngine } from './engine/start-engine.ts';
import type { Engine, RunOptions } from './engine/engine.ts';
import { SidecarError } from './errors.ts';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';
import type { InstalledModel } from './models/model-files.ts';
import { createDecodePicture } from './vision/decode-picture.ts';
import { createDetector } from './vision/detector.ts';
import type { Detector } from './vision/detector.ts';
import { createPixelBuffers } from './vision/pixel-buffers.ts';
import { createSemaphore } from './vision/semaphore.ts';

type Deps = {
  config: Config;
  openModel(signal: AbortSignal): Promise<InstalledModel>;
  engineEntries: EngineEntries;
  log: Logger;
  metrics: Metrics;
};

export type ModelHost = ReturnType<typeof createModelHost>;

type State =
  | { kind: 'starting' }
  | { kind: 'ready'; detector: Detector; model: InstalledModel; engine: Engine }
  | { kind: 'failed'; reason: string };

const selfTestTimeoutMs = 60_000;

/**
 * Brings the model up beside the HTTP server: finds or fetches it, starts its engines and lets it look at a picture
 * whose content is known. Only then is it ready.
 */
export function createModelHost({ config, openModel, engineEntries, log, metrics }: Deps) {
  let state: State = { kind: 'starting' };
  let engine: Engine | null = null;
  const closing = new AbortController();
  metrics.gauge('queue_depth', 'Pictures waiting for an engine', () => engine?.depth ?? 0);
  metrics.gauge('engines_ready', 'Engines that can take work', () => engine?.readyCount ?? 0);

  async function start(): Promise<void> {
    const model = await openModel(closing.signal);
    const { config: modelConfig } = model;
    if (modelConfig.task !== 'detection') {
      throw new SidecarError('MODEL_INVALID', `${model.name} finds no objects: its task is ${modelConfig.task}.`);
    }
    const { width, height } = modelConfig.input;
    const decoderCount = availableParallelism();
    const buffers = createPixelBuffers({ byteLength: width * height * 3, keepMax: config.engineCount + decoderCount });
    const decodePicture = createDecodePicture({
      input: modelConfig.input,
      buffers,
      enterDecoder: createSemaphore(decoderCount),
      imagePixelsMax: config.imagePixelsMax,
    });
    const settings = { ...config, delayMs: model.name === 'blobs' ? config.blobsDelayMs : 0 };
    engine = await startEngine({ model, settings, entries: engineEntries, log, metrics });
    const detector = createDetector({ model: { ...model, config: modelConfig }, decodePicture, engine, metrics });
    await selfTest(model, detector);
    state = { kind: 'ready', detector, model, engine };
    log.info({ model: model.name, version: model.version, digest: model.digest }, 'model ready');
  }

  const ready = start().catch((error: unknown) => {
    // The message may name folders of this machine; it is for the log, the code for whoever asks from outside.
    const code = error instanceof SidecarError ? error.code : 'INTERNAL_SERVER_ERROR';
    state = { kind: 'failed', reason: `it could not be prepared (${code})` };
    if (!closing.signal.aborted) log.error({ err: error }, 'model not available');
    throw error;
  });
  // Whoever asks hears of it; nobody asking must not end the process.
  ready.catch(() => undefined);

  return {
    /** Resolves when the model is ready; rejects with why it never will be. */
    ready,
    /** Throws MODEL_NOT_READY. */
    detector(): Detector {
      if (state.kind === 'ready') return state.detector;
      throw new SidecarError(
        'MODEL_NOT_READY',
        state.kind === 'starting' ? 'The model is being prepared.' : `There is no model: ${state.reason}.`,
      );
    },
    model: (): InstalledModel | null => (state.kind === 'ready' ? state.model : null),
    /** What a picture needs, each with what is wrong with it, or null. */
    checks: {
      model: () => (state.kind === 'ready' ? null : state.kind === 'failed' ? state.reason : 'being prepared'),
      engine: () => ((engine?.readyCount ?? 0) > 0 ? null : 'none is running'),
    },
    async [Symbol.asyncDispose](): Promise<void> {
      // A download that nobody waits for any more ends here.
      closing.abort();
      await ready.catch(() => undefined);
      await engine?.[Symbol.asyncDispose]();
    },
  };
}

/** Throws MODEL_INVALID when the model does not see what everybody sees. */
async function selfTest({ directory, config }: InstalledModel, detector: Detector): Promise<void> {
  const options: RunOptions & { confidenceMin: number } = {
    ...{ tenant: 'self-test', weight: 1, priority: 'interactive' },
    ...{ confidenceMin: detector.thresholds.confidence, timeoutMs: selfTestTimeoutMs },
  };
  const test = 'selfTest' in config ? config.selfTest : undefined;
  if (!test) {
    // Nothing known to look for: at least it must run.
    const grey = { width: 64, height: 64, data: new Uint8Array(64 * 64 * 3).fill(128) };
    await detector.raw(grey, options);
    return;
  }
  const { detections } = await detector.file(await readFile(join(directory, test.picture)), options);
  if (detections.some(({ label }) => label === test.label)) return;
  const seen = detections.map(({ label }) => label).join(', ') || 'nothing';
  throw new SidecarError('MODEL_INVALID', `The self-test picture shows a ${test.label}; the model sees ${seen}.`);
}
