import type { FastifyReply, FastifyRequest } from 'fastify';
import { SidecarError } from '../errors.ts';

export type BodyBudget = ReturnType<typeof createBodyBudget>;

/** Bounds the memory of all bodies together: a request is refused before its body is read, not when memory is gone. */
export function createBodyBudget({ bytesMax, bodyBytesMax }: { bytesMax: number; bodyBytesMax: number }) {
  let heldBytes = 0;

  /** Throws QUEUE_FULL. */
  function admit(request: FastifyRequest, reply: FastifyReply): void {
    const bytes = Math.min(declaredBytes(request) ?? bodyBytesMax, bodyBytesMax);
    if (heldBytes + bytes > bytesMax) {
      throw new SidecarError('QUEUE_FULL', 'Too many pictures are being sent. Try again in a moment.');
    }
    heldBytes += bytes;
    reply.raw.once('close', () => {
      heldBytes -= bytes;
    });
  }
  return {
    admit,
    get heldBytes() {
      return heldBytes;
    },
  };
}

/** Null when the caller does not say, as with chunked bodies. */
function declaredBytes({ headers }: FastifyRequest): number | null {
  const length = Number(headers['content-length']);
  return Number.isSafeInteger(length) && length >= 0 ? length : null;
}
