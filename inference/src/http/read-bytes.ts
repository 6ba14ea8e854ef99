import { IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { SidecarError } from '../errors.ts';
import { releaseChunk } from './release-chunk.ts';

type Done = (error: Error | null, body?: Buffer) => void;

/** Reads a body of raw bytes into one piece of memory. Refuses with BODY_TOO_LARGE and BAD_REQUEST. */
export function readBytes(request: FastifyRequest, payload: IncomingMessage, done: Done): void {
  const { bodyLimit } = request.routeOptions;
  const declared = request.headers['content-length'];
  const length = declared === undefined ? null : Number(declared);
  const tooLarge = () => new SidecarError('BODY_TOO_LARGE', 'The body is larger than this server accepts.');
  if (length !== null && length > bodyLimit) return done(tooLarge());

  // Where the length is known nothing is put together twice.
  const whole = length === null ? null : Buffer.allocUnsafeSlow(length);
  const chunks: Uint8Array[] = [];
  let received = 0;
  const stop = () => payload.off('data', take).off('end', finish).off('error', fail);
  function take(chunk: Uint8Array): void {
    const { byteLength } = chunk;
    if (received + byteLength > (length ?? bodyLimit)) {
      stop();
      return done(tooLarge());
    }
    if (whole) {
      whole.set(chunk, received);
      // Anything else than the socket's own may still be somebody's.
      if (payload instanceof IncomingMessage) releaseChunk(chunk);
    } else chunks.push(chunk);
    received += byteLength;
  }
  function finish(): void {
    stop();
    if (received !== (length ?? received)) return done(new SidecarError('BAD_REQUEST', 'The body broke off.'));
    done(null, whole ?? Buffer.concat(chunks));
  }
  function fail(cause: Error): void {
    stop();
    done(new SidecarError('BAD_REQUEST', 'The body broke off.', { cause }));
  }
  payload.on('data', take).on('end', finish).on('error', fail).resume();
}
