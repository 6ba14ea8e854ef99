import { z } from 'zod';
import { coco80 } from './coco-labels.ts';
import { imagenet1k } from './imagenet-labels.ts';

const channel = z.tuple([z.number(), z.number(), z.number()]);
const confidence = z.number().min(0).max(1);

const knownLabels = { 'coco-80': coco80, 'imagenet-1k': imagenet1k };

/** A list by class number, or the name of a list known here. */
const labels = z.union([z.enum(['coco-80', 'imagenet-1k']), z.array(z.string().min(1)).min(1).max(10_000)]);

/** How a picture becomes the network's input. */
const input = z.object({
  width: z.int().min(16).max(4_096),
  height: z.int().min(16).max(4_096),
  /** `uint8-nhwc-rgb`: raw pixels, normalized inside the graph. `float32-*`: filled here as the rest says. */
  tensor: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('uint8-nhwc-rgb') }),
    z.object({ kind: z.literal('float32-nchw'), channels: z.enum(['rgb', 'bgr']), mean: channel, std: channel }),
    z.object({ kind: z.literal('float32-nhwc'), channels: z.enum(['rgb', 'bgr']), mean: channel, std: channel }),
  ]),
  /**
   * Where the scaled picture sits in the input, and the grey level around it. `stretch` ignores proportions, `crop`
   * cuts the middle out of the picture: what classifiers are trained on.
   */
  letterbox: z.object({
    align: z.enum(['centre', 'top-left', 'stretch', 'crop']),
    pad: z.int().min(0).max(255),
  }),
});

const strides = z.array(z.int().min(1)).min(1).max(8);
const tensorName = z.string().min(1).max(200);

/** How outputs become boxes. */
const detectionOutput = z.discriminatedUnion('kind', [
  /** Per stride a map of class scores and one of binned distances to the four sides. */
  z.object({ kind: z.literal('nanodet'), strides }),
  /** Rows of centre, log size, objectness and class scores, relative to a grid per stride. */
  z.object({ kind: z.literal('yolox'), strides }),
  /** Rows of centre, size, objectness and class scores, in pixels of the input. */
  z.object({ kind: z.literal('rows') }),
  /** Per stride class, objectness and box maps named `cls_<stride>`, `obj_<stride>`, `bbox_<stride>` (YuNet). */
  z.object({ kind: z.literal('yunet'), strides }),
  /** Finished boxes `[1, n, 4]` and scores `[1, n, classes]`, or `[1, n]` beside a tensor of class numbers. */
  z.object({
    kind: z.literal('boxes-scores'),
    boxes: tensorName,
    scores: tensorName,
    classes: tensorName.optional(),
    format: z.enum(['xyxy', 'yxyx', 'cxcywh', 'xywh']),
    /** Whether boxes are fractions of the input instead of its pixels. */
    isNormalized: z.boolean(),
    /** Whether class 0 of the scores means that there is nothing. */
    hasBackground: z.boolean(),
    activation: z.enum(['none', 'sigmoid', 'softmax']),
  }),
  /** Offsets from anchors `[1, n, ≥ 4]` and scores `[1, n, classes]` (single-shot detectors). */
  z.object({
    kind: z.literal('ssd'),
    boxes: tensorName,
    scores: tensorName,
    hasBackground: z.boolean(),
    activation: z.enum(['none', 'sigmoid', 'softmax']),
    /** `pixels`: offsets in input pixels (BlazeFace). `variances`: scaled by the anchor and these. */
    offsets: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('pixels') }),
      z.object({ kind: z.literal('variances'), centre: z.number().positive(), size: z.number().positive() }),
    ]),
    /** Per layer of the network: its stride, and width and height of every anchor of a cell as fractions of the input. */
    anchors: z
      .array(
        z.object({
          stride: z.int().min(1),
          sizes: z
            .array(z.tuple([z.number(), z.number()]))
            .min(1)
            .max(32),
        }),
      )
      .min(1)
      .max(16),
  }),
]);

const selfTest = z.object({ picture: z.string().min(1), label: z.string().min(1) });

const engine = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('local'),
    /** As ENGINES and INTRA_THREADS, for this model alone. */
    count: z.int().min(1).max(64).optional(),
    threads: z.int().min(1).max(256).optional(),
    /** Where the network runs; chosen by measuring at start by default. */
    placement: z.enum(['auto', 'inline', 'engines']).default('auto'),
  }),
  /** Another server that speaks the Open Inference Protocol. */
  z.object({
    kind: z.literal('remote'),
    url: z.url({ protocol: /^https?$/ }),
    /** Its name and version there; those of this model otherwise. */
    model: z.string().min(1).max(200).optional(),
    version: z.string().min(1).max(50).optional(),
    timeoutMs: z.int().min(1).max(600_000).default(10_000),
    retries: z.int().min(0).max(5).default(1),
    connectionsMax: z.int().min(1).max(1_024).default(32),
    /** Name of an environment variable of this process that holds a bearer token for it. */
    tokenVariable: z
      .string()
      .regex(/^REMOTE_[A-Z0-9_]+$/)
      .optional(),
  }),
]);

const common = {
  licence: z.string().min(1),
  source: z.string().min(1),
  engine: engine.default({ kind: 'local', placement: 'auto' }),
  /** Requests that share a run. Chosen by measuring at start by default; `sizeMax: 1` for never. */
  batching: z
    .object({ sizeMax: z.int().min(1).max(1_024), delayMs: z.number().min(0).max(1_000).default(0) })
    .optional(),
  /** Rows that one request may bring, whoever shares its run: 32 pictures, 64 texts, 1 048 576 of anything else by default. */
  rowsMax: z.int().min(1).max(16_777_216).optional(),
  queue: z
    .object({
      sizeMax: z.int().min(1).max(10_000).optional(),
      policy: z.enum(['wait', 'drop-oldest', 'drop-latest']).default('drop-latest'),
    })
    .optional(),
  /** Which versions answer: the highest, or these. The highest of them is the one meant where none is named. */
  serve: z.union([z.literal('latest'), z.array(z.string().regex(/^\d+$/)).min(1).max(16)]).default('latest'),
  /** sha256 of each version's `model.onnx`. */
  digests: z.record(z.string().regex(/^\d+$/), z.string().regex(/^sha256:[0-9a-f]{64}$/)),
};

/** `models/<name>/config.json`: everything that is not weights. */
export const modelConfigSchema = z.discriminatedUnion('task', [
  z.object({
    task: z.literal('detection'),
    ...common,
    labels,
    input,
    output: detectionOutput,
    thresholds: z.object({
      /** Below it nothing is reported unless the caller asks for it. */
      confidence,
      /** Weaker sightings that may still keep a known object alive. */
      candidate: confidence,
      /** Overlap (intersection over union) above which the weaker of two boxes of a label goes. */
      overlap: confidence,
    }),
    /** A picture beside this file and what must be found in it before the model counts as ready. */
    selfTest: selfTest.optional(),
  }),
  z.object({
    task: z.literal('classification'),
    ...common,
    labels,
    input,
    /** `embedding`: a second output, the vector that the classes were told from. */
    output: z.object({
      scores: tensorName,
      activation: z.enum(['none', 'softmax', 'sigmoid']),
      embedding: tensorName.optional(),
    }),
    selfTest: selfTest.optional(),
  }),
  z.object({ task: z.literal('image-embedding'), ...common, input, output: z.object({ embedding: tensorName }) }),
  z.object({
    task: z.literal('text-embedding'),
    ...common,
    /** A WordPiece vocabulary beside this file, one token a line, and the longest text in tokens. */
    tokenizer: z.object({
      kind: z.literal('wordpiece'),
      vocabulary: z.string().min(1),
      isLowerCase: z.boolean(),
      tokensMax: z.int().min(8).max(8_192),
    }),
    output: z.object({ embedding: tensorName }),
  }),
  /** Any other network: tensors in, tensors out. */
  z.object({ task: z.literal('tensors'), ...common }),
]);

export type ModelConfig = z.output<typeof modelConfigSchema>;
export type Task = ModelConfig['task'];
export type DetectionConfig = Extract<ModelConfig, { task: 'detection' }>;
/** Of models that look at pictures. */
export type PictureConfig = Extract<ModelConfig, { input: unknown }>;
export type PictureInput = PictureConfig['input'];
/** Where a model runs. */
export type EngineConfig = ModelConfig['engine'];

/** Names by class number; none where a model tells no classes apart. */
export function labelsOf(config: Pick<DetectionConfig, 'labels'> | ModelConfig): readonly string[] {
  if (!('labels' in config)) return [];
  const { labels: given } = config;
  return typeof given === 'string' ? knownLabels[given] : given;
}
