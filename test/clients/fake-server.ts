import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { buildSchema, parse, validate } from 'graphql';
import type { GraphQLSchema } from 'graphql';

export type Received = {
  path: string;
  method: string;
  headers: IncomingHttpHeaders;
  bytes: Buffer;
  query: string;
  variables: Record<string, unknown>;
};

/** `hang` never answers, `cut` breaks the connection. */
export type Reply =
  | 'hang'
  | 'cut'
  | {
      status?: number;
      headers?: Record<string, string>;
      data?: unknown;
      errors?: unknown[];
      body?: unknown;
      text?: string;
    };

export type FakeServer = AsyncDisposable & {
  url: string;
  requests: Received[];
  /** Decides what the next requests get; the last one stays. */
  reply(...replies: (Reply | ((request: Received) => Reply))[]): void;
  /** Resolves once so many requests have come in. */
  received(count: number): Promise<void>;
  /** Resolves once a client has hung up on a request that was never answered. */
  hungUp: Promise<void>;
  server: ReturnType<typeof createServer>;
};

/** An HTTP server that says what a test wants. It refuses documents the real schema would refuse. */
export async function startFakeServer(): Promise<FakeServer> {
  const schema = await loadSchema();
  const requests: Received[] = [];
  let replies: (Reply | ((request: Received) => Reply))[] = [{ data: {} }];
  const waiting: { count: number; resolve: () => void }[] = [];
  const hungUp = Promise.withResolvers<void>();

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      return;
    }
    const received = readRequest(request.url ?? '', request.method ?? '', request.headers, Buffer.concat(chunks));
    if (received.query) refuseWrongDocuments(schema, received.query);
    requests.push(received);
    for (const { count, resolve } of waiting) if (requests.length >= count) resolve();
    const next = replies.length > 1 ? replies.shift() : replies[0];
    const reply = typeof next === 'function' ? next(received) : (next ?? 'hang');
    if (reply === 'cut') return void request.socket.destroy();
    if (reply === 'hang') return void response.once('close', hungUp.resolve);
    send(response, reply);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    server,
    hungUp: hungUp.promise,
    reply: (...next) => void (replies = next),
    received: (count) =>
      new Promise((resolve) => (requests.length >= count ? resolve() : waiting.push({ count, resolve }))),
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

export async function loadSchema(): Promise<GraphQLSchema> {
  return buildSchema(await readFile(new URL('../../schema.graphql', import.meta.url), 'utf8'));
}

function readRequest(path: string, method: string, headers: IncomingHttpHeaders, bytes: Buffer): Received {
  const isGraphql = path === '/graphql';
  const { query = '', variables = {} } = isGraphql ? JSON.parse(bytes.toString()) : {};
  return { path, method, headers, bytes, query, variables };
}

function refuseWrongDocuments(schema: GraphQLSchema, query: string): void {
  const [problem] = validate(schema, parse(query));
  if (problem) throw problem;
}

function send(
  response: ServerResponse,
  { status = 200, headers, data, errors, body, text }: Exclude<Reply, string>,
): void {
  response.writeHead(status, { 'content-type': text === undefined ? 'application/json' : 'text/html', ...headers });
  response.end(text ?? JSON.stringify(body ?? { data, errors }));
}

/** A GraphQL error as our server words it. */
export function graphqlError(code: string, extensions: Record<string, unknown> = {}) {
  return { message: `about ${code}`, extensions: { code, requestId: 'request-1', retryable: false, ...extensions } };
}
