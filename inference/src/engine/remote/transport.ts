import { Agent as HttpAgent, request as requestHttp } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';

export type RemoteCall = {
  method: 'GET' | 'POST';
  path: string;
  headers?: Record<string, string | number>;
  body?: Uint8Array;
  /** For all of it: connection, answer, and what waits before them. */
  timeoutMs: number;
  signal?: AbortSignal;
};

export type RemoteAnswer = { status: number; headers: IncomingMessage['headers']; body: Buffer };

/**
 * What kept an answer away. `unreached`: nobody heard the request; `stale`: a connection kept from earlier was closed
 * just then, which happens between any two servers; `broken`: the answer did not come, or not all of it; `late`: it took
 * too long.
 */
export type RemoteFault = 'unreached' | 'stale' | 'broken' | 'late';

export class RemoteError extends Error {
  override readonly name = 'RemoteError';
  readonly fault: RemoteFault;
  constructor(fault: RemoteFault, message: string, cause?: unknown) {
    super(message, { cause });
    this.fault = fault;
  }
}

export type Transport = ReturnType<typeof createTransport>;

/** No output of a network is larger; whoever sends more is not what the config meant. */
const answerBytesMax = 256 * 1024 * 1024;
/** A server that restarts closes what nobody uses; so do firewalls, without a word. */
const idleMsMax = 30_000;

type Options = { url: string; connectionsMax: number; token: string | null };

/** Requests to one address over connections that are kept. Follows no redirect: the operator named this address alone. */
export function createTransport({ url, connectionsMax, token }: Options) {
  const base = new URL(url);
  const isSecure = base.protocol === 'https:';
  const agentOptions = { keepAlive: true, maxSockets: connectionsMax, timeout: idleMsMax, scheduling: 'lifo' } as const;
  const agent = isSecure ? new HttpsAgent(agentOptions) : new HttpAgent(agentOptions);
  const start = isSecure ? requestHttps : requestHttp;
  const prefix = base.pathname.replace(/\/+$/, '');
  const target = { protocol: base.protocol, hostname: base.hostname.replace(/^\[|\]$/g, ''), port: base.port, agent };

  /** Throws RemoteError, and the reason of an abort. */
  function call({ method, path, headers, body, timeoutMs, signal }: RemoteCall): Promise<RemoteAnswer> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const outgoing = start({
        ...target,
        method,
        path: `${prefix}${path}`,
        headers: {
          ...headers,
          ...(body && { 'content-length': body.byteLength }),
          ...(token !== null && { authorization: `Bearer ${token}` }),
        },
      });
      let isConnected = false;
      const settle = (finish: () => void) => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
        finish();
      };
      const fail = (error: unknown) => {
        settle(() => reject(error as Error));
        outgoing.destroy();
      };
      const abort = () => fail(signal?.reason);
      const timer = setTimeout(() => fail(new RemoteError('late', `no answer within ${timeoutMs} ms`)), timeoutMs);
      signal?.addEventListener('abort', abort, { once: true });

      outgoing.once('socket', (socket) => {
        if (!socket.connecting) isConnected = true;
        else socket.once(isSecure ? 'secureConnect' : 'connect', () => (isConnected = true));
      });
      outgoing.on('error', (error) => {
        const fault = !isConnected ? 'unreached' : outgoing.reusedSocket ? 'stale' : 'broken';
        fail(new RemoteError(fault, String(error), error));
      });
      outgoing.once('response', (response) => {
        // Once an answer has begun, the request was heard.
        outgoing.removeAllListeners('error').on('error', (error) => fail(new RemoteError('broken', String(error))));
        readAnswer(response).then(
          (bytes) =>
            settle(() => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: bytes })),
          fail,
        );
      });
      outgoing.end(body);
    });
  }

  return {
    call,
    /** Closes what nobody uses; what is under way ends by itself. */
    close: () => agent.destroy(),
  };
}

/** Throws RemoteError. */
async function readAnswer(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let received = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      received += chunk.byteLength;
      if (received > answerBytesMax)
        throw new RemoteError('broken', `the answer has more than ${answerBytesMax} bytes`);
      chunks.push(chunk);
    }
  } catch (error) {
    throw error instanceof RemoteError ? error : new RemoteError('broken', String(error), error);
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, received);
}
