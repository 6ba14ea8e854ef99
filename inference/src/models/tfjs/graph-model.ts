import { z } from 'zod';

/* The parts of a TensorFlow.js graph model (`model.json`) that a conversion reads. */

/** Whole numbers are written as text: 64 bits do not fit into JSON's. */
const integer = z.union([z.string(), z.number()]).transform(Number);
const text = z.string().transform((base64) => Buffer.from(base64, 'base64').toString('utf8'));

const attributeSchema = z.object({
  s: text.optional(),
  i: integer.optional(),
  f: z.number().optional(),
  b: z.boolean().optional(),
  list: z.object({ i: z.array(integer).optional(), s: z.array(text).optional() }).optional(),
  shape: z.object({ dim: z.array(z.object({ size: integer })).optional() }).optional(),
});

const nodeSchema = z.object({
  name: z.string(),
  op: z.string(),
  input: z.array(z.string()).default([]),
  attr: z.record(z.string(), attributeSchema).default({}),
});
export type TfNode = z.output<typeof nodeSchema>;

const weightSchema = z.object({
  name: z.string(),
  shape: z.array(z.int().min(0)),
  dtype: z.enum(['float32', 'int32']),
  quantization: z.object({ dtype: z.literal('float16') }).optional(),
});
export type WeightSpec = z.output<typeof weightSchema>;

export const graphModelSchema = z.object({
  format: z.literal('graph-model'),
  /** Older converters did not write one. */
  signature: z
    .object({
      outputs: z.record(
        z.string(),
        z.object({
          name: z.string(),
          tensorShape: z.object({ dim: z.array(z.object({ size: integer })) }),
        }),
      ),
    })
    .optional(),
  modelTopology: z.object({ node: z.array(nodeSchema) }),
  weightsManifest: z.tuple([z.object({ weights: z.array(weightSchema) })]),
});
export type GraphModel = z.output<typeof graphModelSchema>;
