import multipart from '@fastify/multipart';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { SidecarError } from '../errors.ts';
import { readBytes } from './read-bytes.ts';

export const jsonPictureSchema = z
  .strictObject({ image: z.string().min(1).describe('The picture file in base64; a `data:` URL will do.') })
  .meta({ id: 'PictureInJson' });

/** Lets the routes that are registered after it take pictures: as forms and as raw bytes. */
export async function registerPictureBodies(app: FastifyInstance, bodyBytesMax: number): Promise<void> {
  await app.register(multipart, { limits: { fileSize: bodyBytesMax, files: 1, fields: 8, parts: 9, headerPairs: 32 } });
  app.addContentTypeParser(/^image\//, readBytes);
  app.addContentTypeParser('application/octet-stream', readBytes);
}

/** The bytes of the picture, whichever of the three ways it was sent. Throws INPUT_INVALID or IMAGE_MISSING. */
export async function readPicture(request: FastifyRequest): Promise<Uint8Array> {
  if (request.isMultipart()) return readForm(request);
  const { body } = request;
  if (Buffer.isBuffer(body)) return body;
  if (body === undefined || body === null) throw new SidecarError('IMAGE_MISSING', 'The request has no body.');
  const parsed = jsonPictureSchema.safeParse(body);
  if (!parsed.success) {
    throw new SidecarError('INPUT_INVALID', 'Send {"image": "<base64 of the picture file>"}.', {
      details: { issues: parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message })) },
    });
  }
  const { image } = parsed.data;
  return Buffer.from(image.startsWith('data:') ? image.slice(image.indexOf(',') + 1) : image, 'base64');
}

async function readForm(request: FastifyRequest): Promise<Uint8Array> {
  try {
    const file = await request.file();
    if (!file) throw new SidecarError('IMAGE_MISSING', 'The form has no file.');
    return await file.toBuffer();
  } catch (error) {
    throw asFormError(error);
  }
}

/** The parser throws plain errors for forms that break off or have no boundary: they are the caller's. */
export function asFormError(error: unknown): unknown {
  if (error instanceof SidecarError || (error instanceof Error && 'statusCode' in error)) return error;
  return new SidecarError('BAD_REQUEST', 'The form cannot be read.', { cause: error });
}
