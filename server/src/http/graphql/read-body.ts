import type { IncomingMessage } from 'node:http';
import { RequestRefusedError } from '../../errors/request-errors.ts';

type Limits = { bodyBytes: number; bodyTimeoutMs: number };

/**
 * Reads a whole body as UTF-8 text, counting every chunk: a `content-length` is only a claim.
 * Rejects with BODY_TOO_LARGE or REQUEST_TIMEOUT, or with BAD_REQUEST when the caller hangs up.
 */
export function readBody(req: IncomingMessage, { bodyBytes, bodyTimeoutMs }: Limits): Promise<string> {
  return new Promise((resolve, reject) => {
    const tooLarge = () => new RequestRefusedError('BODY_TOO_LARGE', `A request body has at most ${bodyBytes} bytes.`);
    if (Number(req.headers['content-length'] ?? 0) > bodyBytes) return reject(tooLarge());
    const chunks: Buffer[] = [];
    let size = 0;

    const timer = setTimeout(() => {
      stop(new RequestRefusedError('REQUEST_TIMEOUT', 'The request body took too long to arrive.'));
    }, bodyTimeoutMs);
    req.on('data', onData).once('end', onEnd).once('error', onGone).once('close', onGone);

    function onData(chunk: Buffer): void {
      size += chunk.length;
      if (size > bodyBytes) stop(tooLarge());
      else chunks.push(chunk);
    }
    function onEnd(): void {
      forget();
      resolve((chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, size))?.toString('utf8') ?? '');
    }
    function onGone(): void {
      stop(new RequestRefusedError('BAD_REQUEST', 'The request ended before its body was complete.'));
    }
    function stop(error: RequestRefusedError): void {
      forget();
      reject(error);
    }
    function forget(): void {
      clearTimeout(timer);
      req.off('data', onData).off('end', onEnd).off('error', onGone).off('close', onGone);
    }
  });
}
