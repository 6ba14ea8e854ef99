import { connect } from 'node:net';

export type Answer = { status: number; /** Status line and headers, as they came */ head: string; body: Buffer };

/** One connection that carries one request at a time. */
export type Connection = {
  /** Only when the answer before has arrived. `request`: see `encodeRequest`. */
  send(request: Uint8Array): void;
  close(): void;
};

type Deps = {
  url: string;
  onAnswer(answer: Answer): void;
  /** The other side ended it, with or without an answer owed. */
  onEnd(reason: string): void;
};

type HttpRequest = { method: 'GET' | 'POST'; headers?: Record<string, string>; body?: Uint8Array };

/** The bytes of a request, made once: what a client spends on building it is not the server's. */
export function encodeRequest(url: string, { method, headers = {}, body }: HttpRequest): Buffer {
  const { host, pathname, search } = new URL(url);
  const length = body && { 'content-length': String(body.byteLength) };
  const lines = Object.entries({ host, ...headers, ...length }).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([
    Buffer.from(`${method} ${pathname}${search} HTTP/1.1\r\n${lines.join('')}\r\n`),
    ...(body ? [body] : []),
  ]);
}

const headEnd = Buffer.from('\r\n\r\n');

/**
 * Opens a connection that is kept, and reads just as much HTTP as a load generator needs: answers with a content-length.
 * A full client would cost more processor time than many a measured server, and take it from that server.
 */
export function openConnection({ url, onAnswer, onEnd }: Deps): Connection {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  let received: Buffer[] = [];
  let receivedBytes = 0;
  let wantedBytes = 0;
  let head = '';

  function take(chunk: Buffer): void {
    received.push(chunk);
    receivedBytes += chunk.byteLength;
    if (wantedBytes === 0) {
      const all = received.length === 1 ? chunk : Buffer.concat(received);
      received = [all];
      const headBytes = all.indexOf(headEnd);
      if (headBytes < 0) return;
      head = all.toString('latin1', 0, headBytes);
      const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
      if (length === undefined) return void socket.destroy(new Error(`An answer without its length: ${head}`));
      wantedBytes = headBytes + headEnd.byteLength + Number(length);
    }
    if (receivedBytes < wantedBytes) return;
    const all = received.length === 1 ? received[0]! : Buffer.concat(received);
    const body = all.subarray(head.length + headEnd.byteLength, wantedBytes);
    received = [];
    receivedBytes = 0;
    wantedBytes = 0;
    const isOver = /\r\nconnection: *close/i.test(head);
    onAnswer({ status: Number(head.slice(9, 12)), head, body });
    if (isOver) socket.end();
  }

  let reason = 'the connection was closed';
  socket.on('data', take);
  socket.on('error', (error) => {
    reason = error.message;
  });
  socket.on('close', () => onEnd(reason));
  return {
    send: (request) => void socket.write(request),
    close: () => void socket.destroy(),
  };
}

export type Caller = Disposable & {
  /** Milliseconds from sending to the last byte of the answer. Rejects for any status but 200. */
  call(request: Uint8Array): Promise<Answer & { durationMs: number }>;
};

/** One caller who waits for each answer. */
export function createCaller(url: string): Caller {
  let waiting: { resolve(answer: Answer & { durationMs: number }): void; reject(error: Error): void } | null = null;
  let sentAt = 0;
  const settle = () => {
    const owed = waiting;
    waiting = null;
    return owed;
  };
  const open = (): Connection =>
    openConnection({
      url,
      onAnswer(answer) {
        const durationMs = performance.now() - sentAt;
        const owed = settle();
        if (answer.status === 200) owed?.resolve({ ...answer, durationMs });
        else owed?.reject(new Error(`${url} answered ${answer.status}: ${answer.body.toString().slice(0, 500)}`));
      },
      onEnd(reason) {
        connection = null;
        settle()?.reject(new Error(`${url}: ${reason}`));
      },
    });
  let connection: Connection | null = null;
  return {
    call: (request) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        // Idle connections may have been closed meanwhile.
        connection ??= open();
        sentAt = performance.now();
        connection.send(request);
      }),
    [Symbol.dispose]: () => connection?.close(),
  };
}
