import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { z } from 'zod';
import { SidecarError } from '../errors.ts';
import { languageOf } from '../messages/error-text.ts';
import { drainMsMax as drainMsMaxDefault } from '../http/drain.ts';
import { problem, problemType } from '../http/problems.ts';
import { FrameError, encodeFrame, headerBytesMax, readFrames } from './frames.ts';
import type { Frame } from './frames.ts';

type Deps = {
  app: FastifyInstance;
  input: Readable;
  output: Writable;
  /** Of a picture; the frames around it may have twice as many, so that routes themselves refuse what is too large. */
  bodyBytesMax: number;
  /** Bytes of bodies held at once, over all requests. */
  pendingBytesMax: number;
  /** The token of those who name none: whoever holds the pipe is the caller. */
  localToken: string;
  /** How long what is under way may take once the input has ended, in milliseconds; as over HTTP unless given. */
  drainMsMax?: number;
};

/** Requests under way at once; what comes after the next one is not read before. */
const requestsMax = 64;

/** Ended as it should. */
const exitDone = 0;
/** `EX_DATAERR` of sysexits.h: what came in makes no sense. Starting again changes nothing of that. */
const exitFrameInvalid = 65;

/** An id of the caller's own: what it answers to and cancels by. */
const id = z.union([z.string().min(1).max(100), z.number().int().safe()]);
const cancelHeader = z.object({ id, cancel: z.literal(true) });
const requestHeader = z.object({
  id,
  method: z.string().regex(/^[A-Z]{1,10}$/),
  path: z.string().regex(/^\/[!-~]*$/),
  headers: z.record(z.string().regex(/^[\w!#$%&'*+.^`|~-]+$/), z.string().regex(/^[\t -~\u0080-\u00ff]*$/)).default({}),
});
type Request = z.infer<typeof requestHeader>;
type Id = Request['id'];

/** What HTTP says of a connection means nothing here, and lengths are those of frames. */
const notCarried = [
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

/**
 * Answers requests that come as frames through the routes that HTTP goes through, until the input ends. What cannot be read as a
 * frame ends it, too, after the answers that are under way and a last frame that says why. What is not answered in time then is given
 * up. The result is the code to exit with.
 */
export async function serveFrames({
  app,
  input,
  output,
  bodyBytesMax,
  pendingBytesMax,
  localToken,
  drainMsMax = drainMsMaxDefault,
}: Deps): Promise<number> {
  const underWay = new Map<Id, { abort: AbortController; done: Promise<void> }>();
  const gone = new AbortController();
  let pendingBytes = 0;
  // Says in which language the last frame is told.
  let lastHeaders: Record<string, string> = {};
  let writing: Promise<unknown> = Promise.resolve();
  // Nobody reads any more: no answer is of use to anybody.
  const leave = () => {
    gone.abort();
    input.destroy();
    for (const { abort } of underWay.values()) abort.abort();
  };
  output.once('error', leave).once('close', leave);

  const write = (header: object, body: Uint8Array) => {
    writing = writing.then(async () => {
      if (gone.signal.aborted) return;
      let isTaken = true;
      for (const piece of encodeFrame(header, body)) isTaken = output.write(piece);
      if (!isTaken) await once(output, 'drain', { signal: gone.signal }).catch(() => undefined);
    });
    return writing;
  };

  async function answer(request: Request, body: Buffer, signal: AbortSignal): Promise<void> {
    try {
      const { statusCode: status, headers, rawPayload } = await app.inject(injected(request, body, localToken, signal));
      if (!signal.aborted) await write({ id: request.id, status, headers }, rawPayload);
    } catch (error) {
      if (signal.aborted) return;
      app.log.warn({ err: error }, 'a request from the pipe was cut off');
      // Over HTTP the connection would have been cut: there is no status for that.
      await write({ id: request.id, status: 0, headers: {} }, Buffer.alloc(0));
    }
  }

  /** Resolves once there is room for it. A cancelled request needs none: it makes some. */
  async function take({ header, body }: Frame): Promise<void> {
    const cancelled = cancelHeader.safeParse(header);
    if (cancelled.success) return void underWay.get(cancelled.data.id)?.abort.abort();
    while (isFull(body.length)) await Promise.race([...underWay.values()].map(({ done }) => done));
    const request = requestHeader.safeParse(header).data;
    if (!request) throw new FrameError('A header has an id, a method, a path, and headers as texts.');
    if (underWay.has(request.id)) throw new FrameError(`A request with the id ${request.id} is under way.`);
    const abort = new AbortController();
    pendingBytes += body.length;
    const done = answer(request, body, abort.signal).finally(() => {
      pendingBytes -= body.length;
      underWay.delete(request.id);
    });
    underWay.set(request.id, { abort, done });
    lastHeaders = request.headers;
  }

  /** Nobody asks any more: what is under way has so long, and no longer. */
  async function drain(): Promise<void> {
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, drainMsMax);
    const answered = Promise.all([...underWay.values()].map(({ done }) => done));
    await Promise.race([answered, late.promise]);
    clearTimeout(timer);
    for (const { abort } of underWay.values()) abort.abort();
  }

  const isFull = (bytes: number) =>
    underWay.size >= requestsMax || (underWay.size > 0 && pendingBytes + bytes > pendingBytesMax);
  try {
    for await (const frame of readFrames(input, 2 * bodyBytesMax + headerBytesMax)) {
      await take(frame);
    }
  } catch (error) {
    if (gone.signal.aborted) return exitDone;
    await drain();
    if (!(error instanceof FrameError)) {
      // Whoever destroyed it wants no more of it.
      if (input.destroyed) return exitDone;
      throw error;
    }
    const requestId = randomUUID();
    const language = languageOf(lastHeaders);
    const told = problem(new SidecarError('FRAME_INVALID', error.message), requestId, language);
    const headers = { 'content-type': problemType, 'content-language': language, 'x-request-id': requestId };
    await write({ id: null, status: told.status, headers }, Buffer.from(JSON.stringify(told)));
    return exitFrameInvalid;
  } finally {
    output
      .off('error', leave)
      .off('close', leave)
      .on('error', () => undefined);
  }
  await drain();
  return exitDone;
}

function injected({ method, path, headers: given }: Request, body: Buffer, localToken: string, signal: AbortSignal) {
  const named = Object.entries(given).map(([name, value]) => [name.toLowerCase(), value] as const);
  const carried = Object.fromEntries(named.filter(([name]) => !notCarried.includes(name)));
  return {
    method: method as NonNullable<InjectOptions['method']>,
    url: path,
    headers: { host: 'localhost', authorization: `Bearer ${localToken}`, ...carried },
    ...(body.length > 0 && { payload: body }),
    signal,
  } as const;
}
