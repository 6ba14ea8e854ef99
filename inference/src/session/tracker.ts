import type { Box, TrackChange } from '../contract.ts';
import { overlapOf } from '../vision/boxes.ts';
import type { Detection } from '../vision/detector.ts';
import { assign } from './assignment.ts';
import { createMotion } from './motion.ts';
import type { Motion } from './motion.ts';

/** Follows objects from frame to frame: who came, who moved, who left. Pure: time is what the frames say. */
export type Tracker = ReturnType<typeof createTracker>;

type Options = {
  nextTrackNumber: number;
  /** A weaker detection never starts a track; it may keep one alive. */
  confidenceMin: number;
  /** Time between frames of the source. */
  frameIntervalMs: number;
  /** A flicker is no object: so many frames must show it before it counts. */
  sightingsToEnter: number;
};

export type SeenFrame = {
  timestampMs: number;
  width: number;
  height: number;
  detections: readonly Detection[];
  /** Nothing of the frame before can be expected in this one. */
  isNewScene: boolean;
};

type Track = {
  /** null until enough sightings confirmed it: numbers are for objects, not for flickers. */
  number: number | null;
  sightingCount: number;
  label: string;
  confidence: number;
  box: Box;
  seenAtMs: number;
  motion: Motion;
  told: { box: Box; atMs: number } | null;
};

/** Overlap of an expected box with a sure, and with an unsure detection, from which on they can be the same object. */
const sureOverlapMin = 0.2;
const unsureOverlapMin = 0.4;
/** An object is worth a word again when it overlaps less than this with where it was last told of, or after a while. */
const toldOverlapMin = 0.7;
const toldEveryMs = 2_000;
/** Whoever walks is somewhere else in every frame; twice a second is as often as that is news. */
const toldPauseMs = 500;
/** Unseen for longer, and for more than two frames, it has left. */
const unseenMsMax = 1_500;
/** Beyond this many the surest are followed: pairing costs the cube of it. */
const detectionCountMax = 100;

export function createTracker({ nextTrackNumber, confidenceMin, frameIntervalMs, sightingsToEnter }: Options) {
  const leaveAfterMs = Math.max(unseenMsMax, 2.5 * frameIntervalMs);
  let tracks: Track[] = [];
  let frameSize: { width: number; height: number } | null = null;

  function update(frame: SeenFrame): TrackChange[] {
    const changes: TrackChange[] = [];
    if (frame.isNewScene) changes.push(...leaveAll(frame));
    frameSize = { width: frame.width, height: frame.height };

    const detections = frame.detections.slice(0, detectionCountMax);
    const sure = detections.filter(({ confidence }) => confidence >= confidenceMin);
    const unsure = detections.filter(({ confidence }) => confidence < confidenceMin);
    const expected = new Map(tracks.map((track) => [track, track.motion.predict(frame.timestampMs)]));

    const seen = new Map<Track, Detection>();
    /** Pairs tracks not seen yet with detections, and returns the detections that found no track. */
    function pair(
      candidates: Track[],
      offered: Detection[],
      similarity: (box: Box, detection: Detection) => number,
    ): Detection[] {
      const open = candidates.filter((track) => !seen.has(track));
      const scores = open.map((track) =>
        offered.map((detection) => {
          const box = expected.get(track);
          return box && detection.label === track.label ? similarity(box, detection) : 0;
        }),
      );
      const taken = new Set<Detection>();
      for (const [row, column] of assign(scores)) {
        const [track, detection] = [open[row], offered[column]];
        if (!track || !detection) continue;
        seen.set(track, detection);
        taken.add(detection);
      }
      return offered.filter((detection) => !taken.has(detection));
    }
    // First what is certain; then what is half hidden keeps its track; then what was faster than expected.
    const leftOver = pair(tracks, sure, (box, detection) => atLeast(sureOverlapMin, overlapOf(box, detection.box)));
    pair(tracks.filter(isConfirmed), unsure, (box, detection) =>
      atLeast(unsureOverlapMin, overlapOf(box, detection.box)),
    );
    const newcomers = pair(tracks, leftOver, (box, detection) =>
      atLeast(sureOverlapMin, overlapOf(widened(box), widened(detection.box))),
    );

    const staying: Track[] = [];
    for (const track of tracks) {
      const detection = seen.get(track);
      if (detection) {
        changes.push(...follow(track, detection, frame.timestampMs));
        staying.push(track);
      } else if (isConfirmed(track)) {
        if (frame.timestampMs - track.seenAtMs > leaveAfterMs) changes.push(changeOf(track, 'left'));
        else staying.push(track);
      }
      // Seen too rarely and gone again: it never was.
    }
    for (const detection of newcomers) {
      const track = begin(detection, frame.timestampMs);
      changes.push(...follow(track, detection, frame.timestampMs));
      staying.push(track);
    }
    tracks = staying;
    return changes;
  }

  function begin({ label, confidence, box }: Detection, timestampMs: number): Track {
    const motion = createMotion(box, timestampMs);
    return { number: null, sightingCount: 0, label, confidence, box, seenAtMs: timestampMs, motion, told: null };
  }

  function follow(track: Track, { confidence, box }: Detection, timestampMs: number): TrackChange[] {
    if (track.sightingCount > 0) track.motion.correct(box);
    track.sightingCount++;
    track.confidence = confidence;
    track.box = box;
    track.seenAtMs = timestampMs;
    if (track.number === null) {
      if (track.sightingCount < sightingsToEnter) return [];
      track.number = nextTrackNumber++;
      track.told = { box, atMs: timestampMs };
      return [changeOf(track, 'entered')];
    }
    const { told } = track;
    const quietMs = told === null ? Infinity : timestampMs - told.atMs;
    const hasMoved = told === null || overlapOf(told.box, box) < toldOverlapMin;
    if (!(hasMoved && quietMs >= toldPauseMs) && quietMs < toldEveryMs) return [];
    track.told = { box, atMs: timestampMs };
    return [changeOf(track, 'updated')];
  }

  /** Boxes keep their place as fractions of the picture: the new frame may have another size. */
  function leaveAll({ width, height }: SeenFrame): TrackChange[] {
    const scaleX = width / (frameSize?.width ?? width);
    const scaleY = height / (frameSize?.height ?? height);
    const gone = tracks.filter(isConfirmed);
    tracks = [];
    return gone.map((track) => {
      const { x, y, width: boxWidth, height: boxHeight } = track.box;
      const box = { x: x * scaleX, y: y * scaleY, width: boxWidth * scaleX, height: boxHeight * scaleY };
      return changeOf({ ...track, box }, 'left');
    });
  }

  return {
    /** What changed with this frame: who left first, then who moved, then who entered. */
    update,
    get nextTrackNumber() {
      return nextTrackNumber;
    },
  };
}

const isConfirmed = (track: Track) => track.number !== null;

const atLeast = (min: number, overlap: number) => (overlap >= min ? overlap : 0);

/** Half a box more on every side. */
function widened({ x, y, width, height }: Box): Box {
  return { x: x - width / 2, y: y - height / 2, width: width * 2, height: height * 2 };
}

function changeOf({ number, label, confidence, box }: Track, change: TrackChange['change']): TrackChange {
  return { trackNumber: number ?? 0, change, label, confidence, box };
}
