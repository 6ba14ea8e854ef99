import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createBackends } from './backends.ts';
import type { Backend } from './backends.ts';
import { isRepeatable, readSmall } from './repeatable.ts';

/** How long a reader gets for the last words of a server that is gone: why a socket was closed is among them. */
const lastWordsMs = 10_000;
/** How long a request waits for a server while none is there, before it is told so. */
const waitMs = 15_000;
/** Of one request, all servers included. */
const triesMax = 5;

export type Balancer = AsyncDisposable & {
  readonly port: number;
  /** Adds a server. It gets nothing before `putIn`. */
  add(url: string): Backend;
};

/**
 * Shares one address among servers, by turns. A request whose server died before it answered a byte is sent to the next if
 * that can do no harm; sockets are piped, and go with their server. For trying several servers on one machine: no TLS.
 */
export async function startBalancer({ host, port }: { host: string; port: number }): Promise<Balancer> {
  using starting = new DisposableStack();
  const backends = starting.use(createBackends());
  const sockets = new Set<Duplex>();
  const server = createServer({ requestTimeout: 600_000, requireHostHeader: false, noDelay: true });

  server.on('request', (req, res) => {
    answer(req, res).catch(() => res.destroy());
  });

  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const gone = new AbortController();
    res.once('close', () => gone.abort());
    const body = await readSmall(req);
    const mayRepeat = isRepeatable(req, body);
    for (let tries = 0; tries < triesMax && !gone.signal.aborted; tries += 1) {
      const backend = await backends.next(waitMs, gone.signal);
      if (!backend) break;
      const outcome = await forward(backend, { req, res, body, signal: gone.signal });
      // Who asked and went away broke it off, and not the server.
      if (outcome === 'answered' || gone.signal.aborted) return;
      backend.lost();
      // A body that went by cannot be sent again; one that nobody got can.
      if (body === null || (outcome === 'unanswered' && !mayRepeat)) break;
    }
    if (!res.headersSent) refuse(res);
    else res.destroy();
  }

  server.on('upgrade', (req, near: Duplex, head) => {
    sockets.add(near);
    near.on('error', () => near.destroy());
    near.once('close', () => sockets.delete(near));
    pipeSocket(req, near, head).catch(() => near.destroy());
  });

  async function pipeSocket(req: IncomingMessage, near: Duplex, head: Buffer): Promise<void> {
    const gone = new AbortController();
    near.once('close', () => gone.abort());
    for (let tries = 0; tries < triesMax && !gone.signal.aborted; tries += 1) {
      const backend = await backends.next(waitMs, gone.signal);
      if (!backend) break;
      const far = await connectTo(backend);
      if (!far) {
        backend.lost();
        continue;
      }
      far.on('error', () => near.destroy());
      far.once('close', () => endAfterLastWords(near));
      near.once('close', () => far.destroy());
      if (near.destroyed) return void far.destroy();
      // Bytes of a header are what they were.
      far.write(headOf(req), 'latin1');
      if (head.length > 0) far.write(head);
      far.pipe(near).pipe(far);
      return;
    }
    near.end('HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
  }

  server.listen(port, host);
  await once(server, 'listening');
  const open = starting.move();
  return {
    port: (server.address() as AddressInfo).port,
    add: backends.add,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      open.dispose();
      await closed;
    },
  };
}

type Exchange = { req: IncomingMessage; res: ServerResponse; body: Buffer | null; signal: AbortSignal };
/** `unsent`: it was never reached. `unanswered`: it may have got the request, and said nothing. */
type Outcome = 'answered' | 'unsent' | 'unanswered';

function forward(backend: Backend, { req, res, body, signal }: Exchange): Promise<Outcome> {
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  const end = backend.begin();
  let wasSent = false;
  const asked = httpRequest({
    host: backend.url.hostname,
    port: backend.url.port,
    agent: backend.agent,
    method: req.method,
    path: req.url,
    headers: forwardedHeaders(req),
    setHost: false,
    signal,
  });
  asked.once('socket', (socket) => {
    if (socket.connecting) socket.once('connect', () => (wasSent = true));
    else wasSent = true;
  });
  asked.on('error', () => {
    end();
    // It broke off in the middle of an answer: so does ours, and the caller knows.
    if (res.headersSent) {
      res.destroy();
      resolve('answered');
    } else {
      resolve(wasSent ? 'unanswered' : 'unsent');
    }
  });
  asked.once('response', (answered: IncomingMessage) => {
    const { statusCode = 502, statusMessage = '', headers } = answered;
    res.writeHead(statusCode, statusMessage, without(answered.rawHeaders, ofConnections, ofFraming));
    // Nobody waits for the end of what has none: it is resumed elsewhere.
    if (endlessTypes.test(headers['content-type'] ?? '')) {
      end();
      res.flushHeaders();
    }
    answered.pipe(res);
    answered.once('error', () => res.destroy());
    answered.once('close', () => {
      end();
      if (!answered.complete) res.destroy();
      resolve('answered');
    });
  });
  if (body) asked.end(body);
  else req.pipe(asked);
  return promise;
}

function refuse(res: ServerResponse): void {
  const problem = {
    title: 'No server is there',
    status: 503,
    code: 'SERVICE_UNAVAILABLE',
    detail: 'No server answered this; it may be tried again in a moment.',
    retryable: true,
    retryAfterMs: 1_000,
  };
  // What is left of a body nobody reads would be taken for the next request.
  res.writeHead(503, { 'content-type': 'application/problem+json', 'retry-after': '1', connection: 'close' });
  res.end(JSON.stringify(problem));
}

function connectTo({ url }: Backend): Promise<Socket | null> {
  const { promise, resolve } = Promise.withResolvers<Socket | null>();
  const socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true });
  socket.once('connect', () => resolve(socket));
  socket.once('error', () => resolve(null));
  return promise;
}

function endAfterLastWords(near: Duplex): void {
  near.end(() => near.destroy());
  const timer = setTimeout(() => near.destroy(), lastWordsMs);
  near.once('close', () => clearTimeout(timer));
}

/** Feeds, and what sidecars are told for as long as they listen. */
const endlessTypes = /^(text\/event-stream|application\/x-ndjson)\b/;
/** Headers that are about one connection, and not about what is said on it. */
const ofConnections = /^(connection|keep-alive|proxy-connection|te|trailer|upgrade|expect|http2-settings)$/i;
/** An answer gets the framing that its caller understands; a request keeps its own, without which its body would be a second one. */
const ofFraming = /^transfer-encoding$/i;
const ofHops = /^x-forwarded-for$/i;

function without(rawHeaders: readonly string[], ...drop: RegExp[]): string[] {
  const kept: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    if (!drop.some((pattern) => pattern.test(name))) kept.push(name, rawHeaders[index + 1] ?? '');
  }
  return kept;
}

/** What came, and from whom. */
const forwardedHeaders = (req: IncomingMessage) =>
  without(req.rawHeaders, ofConnections, ofHops).concat('x-forwarded-for', forwardedFor(req));

const forwardedFor = (req: IncomingMessage) =>
  [req.headers['x-forwarded-for'], req.socket.remoteAddress].filter(Boolean).join(', ');

/** The request for a socket as it came, with whom it is for. */
function headOf(req: IncomingMessage): string {
  const headers = without(req.rawHeaders, ofHops).concat('x-forwarded-for', forwardedFor(req));
  const lines = [`${req.method} ${req.url} HTTP/1.1`];
  for (let index = 0; index < headers.length; index += 2) lines.push(`${headers[index]}: ${headers[index + 1]}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}
