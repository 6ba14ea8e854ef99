import { z } from 'zod';
import { coco80 } from './coco-labels.ts';

const channel = z.tuple([z.number(), z.number(), z.number()]);
const confidence = z.number().min(0).max(1);

/** `models/<name>/config.json`: everything that is not weights. */
export const modelConfigSchema = z.object({
  task: z.literal('detection'),
  licence: z.string().min(1),
  source: z.string().min(1),
  /** A list by class number, or the name of a list known here. */
  labels: z.union([z.literal('coco-80'), z.array(z.string().min(1)).min(1).max(10_000)]),
  input: z.object({
    width: z.int().min(16).max(4_096),
    height: z.int().min(16).max(4_096),
    /** `uint8-nhwc-rgb`: raw pixels, normalized inside the graph. `float32-nchw`: filled here as the rest says. */
    tensor: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('uint8-nhwc-rgb') }),
      z.object({ kind: z.literal('float32-nchw'), channels: z.enum(['rgb', 'bgr']), mean: channel, std: channel }),
    ]),
    /** Where the scaled picture sits in the input, and the grey level around it. */
    letterbox: z.object({ align: z.enum(['centre', 'top-left']), pad: z.int().min(0).max(255) }),
  }),
  /** How outputs become boxes. */
  output: z.discriminatedUnion('kind', [
    /** Per stride a map of class scores and one of binned distances to the four sides. */
    z.object({ kind: z.literal('nanodet'), strides: z.array(z.int().min(1)).min(1).max(8) }),
    /** Rows of centre, log size, objectness and class scores, relative to a grid per stride. */
    z.object({ kind: z.literal('yolox'), strides: z.array(z.int().min(1)).min(1).max(8) }),
    /** Rows of centre, size, objectness and class scores, in pixels of the input. */
    z.object({ kind: z.literal('rows') }),
  ]),
  thresholds: z.object({
    /** Below it nothing is reported unless the caller asks for it. */
    confidence,
    /** Weaker sightings that may still keep a known object alive. */
    candidate: confidence,
    /** Overlap (intersection over union) above which the weaker of two boxes of a label goes. */
    overlap: confidence,
  }),
  /** A picture beside this file and what must be found in it before the model counts as ready. */
  selfTest: z.object({ picture: z.string().min(1), label: z.string().min(1) }).optional(),
  /** sha256 of each version's `model.onnx`. */
  digests: z.record(z.string().regex(/^\d+$/), z.string().regex(/^sha256:[0-9a-f]{64}$/)),
});

export type ModelConfig = z.output<typeof modelConfigSchema>;

export function labelsOf({ labels }: Pick<ModelConfig, 'labels'>): readonly string[] {
  return labels === 'coco-80' ? coco80 : labels;
}
