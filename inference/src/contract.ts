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

/** Where a run is posted instead of told in the answer: the server's own address and word. */
const deliverSchema = z.object({
  url: z.url({ protocol: /^https?$/ }).max(2_000),
  token: z.string().min(1).max(4_000),
  /** Goes before the number of each batch: those of an attempt that is over are refused. */
  attempt: z.int().min(1),
});
export type DeliverSpec = z.output<typeof deliverSchema>;

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
  deliver: deliverSchema.optional(),
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
  /** A sign of life of a run that is posted in batches: up to which number they were recorded. */
  | { type: 'progress'; acceptedSeq: number }
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

const timingsSchema = z
  .object({
    decodeMs: z.number().describe('Reading the picture and scaling it to the model.'),
    preprocessMs: z.number().describe('Filling the tensor.'),
    queueMs: z.number().describe('Waiting for a decoder and for an engine, or for an identical request under way.'),
    modelMs: z.number(),
    postprocessMs: z.number(),
    totalMs: z.number().describe('From the whole body being there to the answer being ready.'),
  })
  .describe('Milliseconds a stage took for this request; those it did not need are 0.');
export type Timings = z.output<typeof timingsSchema>;

const identitySchema = z.object({
  name: z.string(),
  version: z.string(),
  digest: z.string().describe('sha256 of the weights, as `sha256:<hex>`.'),
});

const provenanceFields = {
  model: identitySchema,
  timings: timingsSchema,
  cached: z
    .boolean()
    .describe('It cost no run of the model: the same was asked before, or is, for the same organization. Free.'),
  requestId: z.string(),
};

const commonFields = {
  image: z.object({ width: z.int(), height: z.int() }).describe('Pixels of the upright picture.'),
  ...provenanceFields,
};
const commonSchema = z.object(commonFields);
/** What every answer about a picture says. */
export type Common = z.output<typeof commonSchema>;

const vectorSchema = z.array(z.number());

const detectionFields = {
  task: z.literal('detection'),
  detections: z.array(detectionSchema).describe('Most confident first.'),
  ...commonFields,
};
const detectionPredictionSchema = z.object(detectionFields).meta({ id: 'DetectionPrediction' });
export type DetectionPrediction = z.output<typeof detectionPredictionSchema>;

const classificationPredictionSchema = z
  .object({
    task: z.literal('classification'),
    classes: z
      .array(z.object({ label: z.string(), confidence: z.number().min(0).max(1) }))
      .describe('Most confident first.'),
    embedding: vectorSchema.optional().describe('Where it was asked for: the vector that the classes were told from.'),
    ...commonFields,
  })
  .meta({ id: 'ClassificationPrediction' });
export type ClassificationPrediction = z.output<typeof classificationPredictionSchema>;

const embeddingPredictionSchema = z
  .object({
    task: z.literal('image-embedding'),
    embedding: vectorSchema.describe('What looks alike has vectors that point the same way.'),
    ...commonFields,
  })
  .meta({ id: 'EmbeddingPrediction' });
export type EmbeddingPrediction = z.output<typeof embeddingPredictionSchema>;

/** What `/predict` answers, by the task of the model. */
export const predictionSchema = z
  .discriminatedUnion('task', [detectionPredictionSchema, classificationPredictionSchema, embeddingPredictionSchema])
  .meta({ id: 'Prediction', description: 'What a model says of a picture; `task` tells which shape it has.' });
export type Prediction = z.output<typeof predictionSchema>;

export const frameAnalysisSchema = z
  .object({
    ...detectionFields,
    overlay: z
      .string()
      .optional()
      .describe('Where it was asked for: the picture with its objects drawn in, a JPEG in base64.'),
  })
  .meta({ id: 'FrameAnalysis' });
export type FrameAnalysis = z.output<typeof frameAnalysisSchema>;

export const textEmbeddingsSchema = z
  .object({
    task: z.literal('text-embedding'),
    embeddings: z.array(vectorSchema).describe('One vector a text, in the order of the texts.'),
    tokenCounts: z.array(z.int()).describe('Tokens of each text that were looked at; what is longer is cut.'),
    ...provenanceFields,
  })
  .meta({ id: 'TextEmbeddings' });
export type TextEmbeddings = z.output<typeof textEmbeddingsSchema>;

export const problemSchema = z
  .object({
    type: z.string().describe('Answers with what the code means.'),
    title: z.string().describe('A name of the code, always the same.'),
    status: z.int(),
    detail: z.string(),
    instance: z.string().describe('This one occurrence: it ends with the request id.'),
    error: z.object({
      code: z.string(),
      message: z.string(),
      requestId: z.string(),
      hint: z.string().describe('What to do about it.'),
      retryable: z.boolean().describe('Whether the very same request can succeed later.'),
      retryAfterMs: z.number().optional(),
      docs: z.string(),
      details: z.record(z.string(), z.unknown()).optional(),
    }),
  })
  .meta({
    id: 'Problem',
    description:
      'Every refusal has this shape: RFC 9457, and `error` as the server has it. Branch on `code`, never on a text.',
  });
