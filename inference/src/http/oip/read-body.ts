import { IncomingMessage } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { SidecarError } from '../../errors.ts';
import type { InferBody } from '../../oip/infer-request.ts';
import { copyBytes } from '../../engine/copy-bytes.ts';
import { releaseChunk } from '../release-chunk.ts';
import type { BodyMemory } from './body-memory.ts';

type Options = {
  bodyBytesMax: number;
  memory: BodyMemory<SharedArrayBuffer>;
};

type Asked = {
  headers: IncomingHttpHeaders;
  /** Whether the body goes to another thread, which takes it from shared memory without a copy. */
  isShared: boolean;
};

export type BodyDone = (error: Error | null, body?: InferBody) => void;

/** Elements of every type may start at its multiples. */
const alignment = 8;

/**
 * Reads a body into one piece of memory in which the tensors, which follow the JSON, start where an element may start.
 * Refuses with BODY_TOO_LARGE before the first byte where the length is declared, and with UNSUPPORTED_MEDIA_TYPE what
 * is compressed.
 */
export function createReadBody({ bodyBytesMax, memory }: Options) {
  const tooLarge = () => new SidecarError('BODY_TOO_LARGE', `The body is larger than ${bodyBytesMax} bytes.`);

  return function readBody({ headers, isShared }: Asked, payload: IncomingMessage, done: BodyDone): void {
    const encoding = headers['content-encoding'];
    if (encoding !== undefined && encoding !== 'identity') {
      return done(new SidecarError('UNSUPPORTED_MEDIA_TYPE', 'Send the body uncompressed.'));
    }
    const length = headers['content-length'] === undefined ? null : Number(headers['content-length']);
    if (length !== null && length > bodyBytesMax) return done(tooLarge());
    const declared = headers['inference-header-content-length'];
    const jsonLength = declared === undefined ? null : jsonLengthOf(declared);
    if (Number.isNaN(jsonLength) || (jsonLength !== null && length !== null && jsonLength > length)) {
      return done(badLength());
    }
    // Without that header the body is JSON and nothing else, and so goes to nobody as it is.
    const isOnePiece = length !== null && jsonLength !== null && isShared;
    const whole = isOnePiece ? takeShared(memory, length, jsonLength) : null;
    const chunks: Uint8Array[] = [];
    let received = 0;

    const stop = () => {
      payload.off('data', take).off('end', finish).off('error', fail);
    };
    function take(chunk: Uint8Array): void {
      if (received + chunk.byteLength > (length ?? bodyBytesMax)) {
        stop();
        return done(tooLarge());
      }
      const { byteLength } = chunk;
      if (whole) {
        copyBytes(chunk, whole, received);
        if (payload instanceof IncomingMessage) releaseChunk(chunk);
      } else chunks.push(chunk);
      received += byteLength;
    }
    function finish(): void {
      stop();
      const bytes = whole ?? joined(chunks);
      if (received !== (length ?? received)) return done(new SidecarError('BAD_REQUEST', 'The body broke off.'));
      if (jsonLength !== null && jsonLength > received) return done(badLength());
      done(null, { jsonLength: jsonLength ?? received, bytes, isRaw: jsonLength === 0 });
    }
    function fail(cause: Error): void {
      stop();
      done(new SidecarError('BAD_REQUEST', 'The body broke off.', { cause }));
    }
    payload.on('data', take).on('end', finish).on('error', fail).resume();
  };
}

const badLength = () =>
  new SidecarError('INPUT_INVALID', 'Inference-Header-Content-Length: must be how many bytes of the body are JSON.');

const jsonLengthOf = (header: string | string[]): number =>
  typeof header === 'string' && /^\d{1,10}$/.test(header) ? Number(header) : Number.NaN;

/** Small bodies come in one piece and stay where they are. */
function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const [only] = chunks;
  return only && chunks.length === 1 ? only : Buffer.concat(chunks);
}

/** Memory for a body that begins with JSON, so that its tensors start where elements may start. */
export function takeShared(memory: BodyMemory<SharedArrayBuffer>, length: number, jsonLength: number): Uint8Array {
  const padding = (alignment - (jsonLength % alignment)) % alignment;
  return new Uint8Array(memory.take(padding + length), padding);
}
