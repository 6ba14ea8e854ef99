import { z } from 'zod';
import { SidecarError } from '../errors.ts';
import { labelsOf } from '../models/model-config.ts';
import type { ServedModel } from '../models/served-model.ts';

export type PictureOptions = z.output<ReturnType<typeof pictureOptionsSchema>>;

/** `timeoutMsMax`: the longest that a caller may ask for, and what it gets when it does not ask. */
export const laneSchema = (timeoutMsMax: number) =>
  z.strictObject({
    priority: z
      .enum(['interactive', 'batch'])
      .default('interactive')
      .describe('`batch`: after everything that somebody waits for.'),
    timeoutMs: z.coerce
      .number()
      .int()
      .min(1)
      .max(timeoutMsMax)
      .default(timeoutMsMax)
      .describe('Milliseconds after which the answer is of no more use; the work is given up then.'),
  });

/** What every route that looks at a picture can be asked for in its address. */
export const pictureOptionsSchema = (timeoutMsMax: number) =>
  laneSchema(timeoutMsMax).extend({
    threshold: z.coerce
      .number()
      .min(0)
      .max(1)
      .optional()
      .describe("Least confidence of what is reported. Default: the model's own threshold, 0 for classes."),
    labels: z
      .string()
      .min(1)
      .max(2_000)
      .transform((text) => text.split(',').map((label) => label.trim()))
      .optional()
      .describe('Only these labels, separated by commas.'),
  });

export const maxSchema = z.coerce
  .number()
  .int()
  .min(1)
  .max(1_000)
  .optional()
  .describe('Report at most this many, surest first. Default: 100 objects, 5 classes.');

export const modelNameSchema = z.string().min(1).max(200);

/** `true` or `false` in an address. */
export const flagSchema = z
  .enum(['true', 'false'])
  .default('false')
  .transform((text) => text === 'true');

/** A label that the model does not know is a typing error, not an empty answer. Throws INPUT_INVALID. */
export function requireLabels({ name, config }: ServedModel, labels: readonly string[] = []): void {
  if (labels.length === 0) return;
  const known = labelsOf(config);
  const unknown = labels.filter((label) => !known.includes(label));
  if (unknown.length === 0) return;
  throw new SidecarError(
    'INPUT_INVALID',
    `labels: ${name} does not know ${unknown.join(', ')}. GET /models lists what it knows.`,
  );
}
