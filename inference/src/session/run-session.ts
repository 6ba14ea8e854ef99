import type { RunMessage, RunSpec } from '../contract.ts';
import { SidecarError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { DetectOptions, Detector, Sighting } from '../vision/detector.ts';
import { signatureDistance } from '../vision/signature.ts';
import type { OpenSource, SourceFrame } from './source-frame.ts';
import { takeSnapshot } from './snapshot.ts';
import { createTracker } from './tracker.ts';

/**
 * Runs pipelines over a source. Throws PIPELINE_UNKNOWN and MODEL_NOT_READY at once; the messages throw when the run
 * breaks and may be tried again, and simply stop when `signal` aborts.
 */
export type RunSession = (spec: RunSpec, signal: AbortSignal, log: Logger) => AsyncIterable<RunMessage>;

type Deps = {
  detector(): Detector;
  openSource(spec: RunSpec, signal: AbortSignal): Promise<OpenSource>;
  imagePixelsMax: number;
};

const pipelines: readonly string[] = ['detect'];
/** Nobody waits for a frame of a session in particular; the engine may be busy with people. */
const frameTimeoutMs = 60_000;
/** Runs of one frame whose engine died under it. */
const frameTries = 3;
/** From this mean difference in brightness on, two pictures show different scenes. Moving people stay below 0.05. */
const newSceneDistance = 0.2;
/** The source itself is at fault: trying again will not help. */
const finalCodes = new Set(['SOURCE_UNREADABLE', 'SOURCE_REFUSED', 'FFMPEG_MISSING']);

export function createRunSession({ detector, openSource, imagePixelsMax }: Deps): RunSession {
  return function runSession(spec, signal, log) {
    const unknown = spec.pipelines.find((name) => !pipelines.includes(name));
    if (unknown !== undefined) {
      throw new SidecarError('PIPELINE_UNKNOWN', `There is no pipeline '${unknown}'. Known: ${pipelines.join(', ')}.`);
    }
    return run(spec, detector(), signal, log);
  };

  async function* run(spec: RunSpec, model: Detector, signal: AbortSignal, log: Logger): AsyncGenerator<RunMessage> {
    log.info(
      { kind: spec.source.kind, profile: spec.profile, startFrameIndex: spec.startFrameIndex },
      'session started',
    );
    let frameCount = 0;
    try {
      for await (const message of messages(spec, model, signal, log)) {
        if (message.type === 'frame') frameCount++;
        yield message;
      }
      log.info({ frameCount }, 'session ended');
    } catch (error) {
      if (signal.aborted) log.info({ frameCount }, 'session interrupted');
      else if (error instanceof SidecarError && finalCodes.has(error.code)) {
        log.warn({ frameCount, code: error.code, ...error.internal }, 'session failed');
        yield { type: 'failed', code: error.code, message: error.message };
      } else throw error;
    }
  }

  async function* messages(
    spec: RunSpec,
    model: Detector,
    signal: AbortSignal,
    log: Logger,
  ): AsyncGenerator<RunMessage> {
    await using source = await openSource(spec, signal);
    const { framesTotal, frames, frameIntervalMs, sightingsToEnter } = source;
    yield { type: 'opened', framesTotal, model: model.identity };

    const tracker = createTracker({
      nextTrackNumber: spec.nextTrackNumber,
      confidenceMin: model.thresholds.confidence,
      frameIntervalMs,
      sightingsToEnter,
    });
    let before: Sighting | null = null;
    let firstProblem: string | null = null;

    for await (const frame of frames) {
      signal.throwIfAborted();
      const sighting = await look(model, frame, `session ${spec.sessionId}`, signal);
      if ('problem' in sighting) {
        firstProblem ??= sighting.problem;
        log.warn({ frameIndex: frame.index, reason: sighting.problem }, 'frame skipped');
        continue;
      }
      const { index, timestampMs } = frame;
      const { width, height } = sighting.picture;
      const isNewScene = before !== null && isOther(before, sighting);
      before = sighting;
      const tracks = tracker.update({ timestampMs, width, height, detections: sighting.detections, isNewScene });
      const isWorthAPicture = tracks.some(({ change }) => change !== 'left');
      const snapshot = isWorthAPicture ? await takeSnapshot(frame.picture, imagePixelsMax) : null;
      yield {
        type: 'frame',
        index,
        timestampMs,
        width,
        height,
        tracks,
        nextTrackNumber: tracker.nextTrackNumber,
        snapshot,
      };
    }
    signal.throwIfAborted();
    if (before === null && firstProblem !== null && spec.startFrameIndex === 0) {
      throw new SidecarError('SOURCE_UNREADABLE', firstProblem);
    }
    yield { type: 'ended' };
  }
}

/** What the model sees, or why the frame cannot be read. Throws when the model cannot be asked. */
async function look(
  model: Detector,
  { name, picture }: SourceFrame,
  /** Its turn among others is its own. */
  session: string,
  signal: AbortSignal,
): Promise<Sighting | { problem: string }> {
  if (picture.kind === 'unreadable') return { problem: picture.reason };
  const options: DetectOptions = {
    ...{ tenant: session, weight: 1, priority: 'interactive', policy: 'wait' },
    ...{ confidenceMin: model.thresholds.candidate, timeoutMs: frameTimeoutMs, signal },
  };
  for (let triesLeft = frameTries; ;) {
    try {
      return await (picture.kind === 'file' ? model.file(picture.bytes, options) : model.raw(picture.frame, options));
    } catch (error) {
      if (!(error instanceof SidecarError)) throw error;
      if (error.code.startsWith('IMAGE_')) return { problem: `${name}: ${error.message}` };
      // A lost engine is replaced within moments; the tracks of this run are worth the wait.
      if (error.code !== 'ENGINE_FAILED' || --triesLeft === 0) throw error;
    }
  }
}

function isOther(before: Sighting, now: Sighting): boolean {
  const isResized = before.picture.width !== now.picture.width || before.picture.height !== now.picture.height;
  return isResized || signatureDistance(before.signature, now.signature) > newSceneDistance;
}
