import type { Readable, Writable } from 'node:stream';
import { ConnectionError } from '@sightline/core';
import type { Send, WireAnswer, WireRequest } from '@sightline/core';
import { newDeferred } from '../deferred.ts';
import type { Deferred } from '../deferred.ts';
import { encodeFrame, headerBytesMax, readFrames } from './frames.ts';
import type { Frame } from './frames.ts';
import { bytesOf, wireHeaders } from './wire.ts';

type Deps = {
  /** What the sidecar writes. */
  input: Readable;
  /** What it reads. */
  output: Writable;
  /** The longest body of a frame that it takes. */
  bodyBytesMax: number;
};

export type Pipe = {
  send: Send;
  /** Resolves with why once nothing can be sent any more. */
  broken: Promise<string>;
};

/** As many as a sidecar looks at together; others wait here, where they can still be given up. */
const underWayMax = 64;

/** Requests over the two ends of a pipe, many at once. Answers come in any order. */
export function openPipe({ input, output, bodyBytesMax }: Deps): Pipe {
  const underWay = new Map<number, Deferred<WireAnswer>>();
  const waiting: (() => void)[] = [];
  const broken = newDeferred<string>();
  let why: string | null = null;
  let lastId = 0;

  function end(reason: string): void {
    why ??= reason;
    broken.resolve(why);
    for (const { reject } of underWay.values()) reject(new ConnectionError(`The sidecar is gone: ${why}`));
    underWay.clear();
    for (const go of waiting.splice(0)) go();
  }

  function take({ header: { id, status, headers }, body }: Frame): void {
    if (id === null) return end(`it did not understand us: ${new TextDecoder().decode(body)}`);
    const asked = underWay.get(Number(id));
    if (!asked) return;
    underWay.delete(Number(id));
    // No status: it could not answer, and over HTTP the connection would have been cut.
    if (status === 0) asked.reject(new ConnectionError('The sidecar cut the request off.'));
    else asked.resolve({ status: Number(status), headers: wireHeaders(headers), bytes: body });
    waiting.shift()?.();
  }

  async function read(): Promise<void> {
    try {
      for await (const frame of readFrames(input)) take(frame);
      end('its pipe was closed');
    } catch (error) {
      end(String(error));
    }
  }
  output.on('error', (error) => end(error.message));
  void read();

  async function room(signal: AbortSignal): Promise<void> {
    while (why === null && underWay.size >= underWayMax) {
      const freed = newDeferred<void>();
      const onAbort = () => freed.reject(signal.reason);
      waiting.push(freed.resolve);
      signal.addEventListener('abort', onAbort, { once: true });
      try {
        await freed.promise;
      } finally {
        signal.removeEventListener('abort', onAbort);
        const index = waiting.indexOf(freed.resolve);
        if (index !== -1) waiting.splice(index, 1);
      }
    }
  }

  return {
    broken: broken.promise,
    async send(request, signal) {
      const { header, body } = await frameOf(request, (lastId += 1));
      // What is too long for a frame would end the sidecar, and everybody else's request with it.
      if (body.length > bodyBytesMax)
        return refusal(413, 'BODY_TOO_LARGE', 'The body is larger than this sidecar accepts.');
      if (header.bytes.length > headerBytesMax)
        return refusal(431, 'HEADERS_TOO_LARGE', 'The headers are larger than this sidecar accepts.');
      await room(signal);
      signal.throwIfAborted();
      if (why !== null) throw new ConnectionError(`The sidecar is gone: ${why}`);
      const asked = newDeferred<WireAnswer>();
      const onAbort = () => {
        if (underWay.delete(header.id)) write({ id: header.id, cancel: true });
        waiting.shift()?.();
        asked.reject(signal.reason);
      };
      underWay.set(header.id, asked);
      signal.addEventListener('abort', onAbort, { once: true });
      for (const piece of encodeFrame(header.bytes, body)) output.write(piece);
      try {
        return await asked.promise;
      } finally {
        signal.removeEventListener('abort', onAbort);
      }
    },
  };

  function write(header: object): void {
    for (const piece of encodeFrame(Buffer.from(JSON.stringify(header)), new Uint8Array())) output.write(piece);
  }
}

async function frameOf({ url, method, headers, body }: WireRequest, id: number) {
  const { bytes, contentType } = await bytesOf(body);
  const { pathname, search } = new URL(url);
  // Whoever holds the pipe is the caller: a token for somebody else is not shown to it.
  const { authorization: _kept, ...carried } = headers;
  const named = { ...(contentType !== null && { 'content-type': contentType }), ...carried };
  const text = JSON.stringify({ id, method, path: `${pathname}${search}`, headers: named });
  return { header: { id, bytes: Buffer.from(text) }, body: bytes };
}

/** What the sidecar itself would have said. */
function refusal(status: number, code: string, message: string): WireAnswer {
  const bytes = new TextEncoder().encode(JSON.stringify({ error: { code, message, retryable: false } }));
  return { status, headers: wireHeaders({ 'content-type': 'application/problem+json' }), bytes };
}
