import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { SidecarError } from '../errors.ts';
import { asFormError } from './read-picture.ts';

/** What DeepStack itself takes when nothing is said. */
export const confidenceMinDefault = 0.4;

// Not coerced: an empty text would be 0.
const confidenceSchema = z
  .string()
  .regex(/^\s*\d*\.?\d+\s*$/)
  .transform(Number)
  .pipe(z.number().min(0).max(1));

type Form = { bytes: Uint8Array; confidenceMin: number };

/**
 * Reads `image`, `min_confidence` and `api_key`; what else a client sends is passed over. `identify`, where the header
 * did not say who asks, is given the key as soon as it is there, and in any case before the picture goes anywhere.
 * Throws what it throws, and IMAGE_MISSING, INPUT_INVALID or BAD_REQUEST.
 */
export async function readDeepstackForm(
  request: FastifyRequest,
  identify: ((apiKey: string | undefined) => Promise<void>) | null,
): Promise<Form> {
  let bytes: Uint8Array | null = null;
  let confidenceMin = confidenceMinDefault;
  let isKnown = identify === null;
  try {
    for await (const part of request.parts()) {
      if (part.type === 'file') {
        const content = await part.toBuffer();
        if (part.fieldname === 'image') bytes = content;
      } else if (part.fieldname === 'min_confidence') confidenceMin = confidenceOf(part.value);
      else if (part.fieldname === 'api_key' && !isKnown) {
        await identify?.(typeof part.value === 'string' ? part.value : undefined);
        isKnown = true;
      }
    }
  } catch (error) {
    throw asFormError(error);
  }
  if (!isKnown) await identify?.(undefined);
  if (!bytes) throw new SidecarError('IMAGE_MISSING', 'The form has no file named image.');
  return { bytes, confidenceMin };
}

function confidenceOf(text: unknown): number {
  const parsed = confidenceSchema.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new SidecarError('INPUT_INVALID', 'min_confidence: must be a number from 0 to 1.');
}
