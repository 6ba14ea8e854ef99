import { z } from 'zod';

/*
 * What crosses the wire between the server and this process, and what `/predict` answers. The server keeps its own
 * copy of the first half: the two only share these shapes, never code.
 */

/** A box in pixels, origin top left. */
export const boxSchema = z
  .object({ x: z.number(), y: z.number(), width: z.number().min(0), height: z.number().min(0) })
  .meta({ id: 'Box', description: 'A box with its origin top left.' });
export type Box = z.output<typeof boxSchema>;

export const runSpecSchema = z.object({
  sessionId: z.string().min(1).max(100),
  requestId: z.string().min(1).max(100),
  source: z.discriminatedUnion('kind', [
    z.object({
      kind: z.literal('IMAGES'),
      /** `file:` or `http:` URLs in playing order. */
      frames: z.array(z.url().max(8_192)).min(1).max(100_000),
      frameIntervalMs: z.number().int().min(1).max(86_400_000),
    }),
    z.object({ kind: z.literal('VIDEO'), url: z.url().max(8_192) }),
  ]),
  pipelines: z.array(z.string().max(100)).min(1).max(10),
  profile: z.enum(['FAST', 'ACCURATE', 'CPU_ONLY']),
  /** Frames before this one are recorded already. */
  startFrameIndex: z.number().int().min(0),
  nextTrackNumber: z.number().int().min(0),
});
export type RunSpec = z.output<typeof runSpecSchema>;
export type Profile = RunSpec['profile'];

export type TrackChange = {
  trackNumber: number;
  change: 'entered' | 'updated' | 'left';
  label: string;
  /** 0 to 1 */
  confidence: number;
  box: Box;
};

export type ModelIdentity = { name: string; version: string; digest: string };

export type RunMessage =
  | { type: 'opened'; framesTotal: number | null; model: ModelIdentity }
  | {
      type: 'frame';
      index: number;
      /** Milliseconds since the first frame of the source. */
      timestampMs: number;
      width: number;
      height: number;
      tracks: TrackChange[];
      nextTrackNumber: number;
      /** JPEG of the frame; present whenever a track entered or was updated. */
      snapshot: Uint8Array | null;
    }
  | { type: 'ended' }
  | { type: 'failed'; code: string; message: string };

export const detectionSchema = z
  .object({
    label: z.string(),
    confidence: z.number().min(0).max(1),
    box: boxSchema.describe('Pixels of the upright picture (EXIF orientation applied).'),
    normalizedBox: boxSchema.describe('The same box as fractions of the picture, 0 to 1.'),
  })
  .meta({ id: 'Detection' });

export const predictionSchema = z
  .object({
    detections: z.array(detectionSchema).describe('Most confident first.'),
    image: z.object({ width: z.int(), height: z.int() }).describe('Pixels of the upright picture.'),
    model: z.object({
      name: z.string(),
      version: z.string(),
      digest: z.string().describe('sha256 of the weights, as `sha256:<hex>`.'),
    }),
    timings: z
      .object({
        decodeMs: z.number().describe('Reading the picture and scaling it to the model.'),
        preprocessMs: z.number().describe('Filling the tensor.'),
        queueMs: z.number().describe('Waiting for a decoder and for an engine, or for an identical request under way.'),
        modelMs: z.number(),
        postprocessMs: z.number(),
        totalMs: z.number().describe('From the whole body being there to the answer being ready.'),
      })
      .describe('Milliseconds a stage took for this request; those it did not need are 0.'),
    cached: z
      .boolean()
      .describe(
        'It cost no run of the model: the same picture was looked at before, or is, for the same organization.',
      ),
    requestId: z.string(),
  })
  .meta({ id: 'Prediction' });
export type Prediction = z.output<typeof predictionSchema>;

export const problemSchema = z
  .object({
    error: z.object({
      code: z.string(),
      message: z.string(),
      requestId: z.string(),
      details: z.record(z.string(), z.unknown()).optional(),
    }),
  })
  .meta({ id: 'Problem', description: 'Every refusal has this shape. Branch on `code`, never on `message`.' });
