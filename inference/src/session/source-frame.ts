import type { RawFrame } from '../vision/decode-picture.ts';

/** One picture of a source, not looked at yet. */
export type SourceFrame = {
  index: number;
  /** Since the first frame of the source. */
  timestampMs: number;
  /** For messages. */
  name: string;
  picture:
    | { kind: 'file'; bytes: Uint8Array }
    | { kind: 'raw'; frame: RawFrame }
    | { kind: 'unreadable'; reason: string };
};

/** A source that was found and can be read. */
export type OpenSource = AsyncDisposable & {
  framesTotal: number | null;
  /** Time between frames. */
  frameIntervalMs: number;
  /** Frames that must show an object before it counts. */
  sightingsToEnter: number;
  /** Reads the next frame only when asked for it. */
  frames: AsyncIterable<SourceFrame>;
};
