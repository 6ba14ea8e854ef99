import type { IncomingMessage, Server } from 'node:http';
import type { Locale } from '@sightline/db/client';
import { GraphQLError } from 'graphql';
import type { ExecutionArgs, GraphQLFormattedError, GraphQLSchema } from 'graphql';
import { makeServer } from 'graphql-ws';
import type { Context as SocketState, OperationResult, SubscribePayload } from 'graphql-ws';
import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import { describeError } from '../../errors/describe.ts';
import { logError } from '../../errors/log-error.ts';
import { RequestRefusedError } from '../../errors/request-errors.ts';
import { localeOf } from '../locale.ts';
import { broken, closingOf, reasonOf, signedOut, stopping } from './close-reasons.ts';
import type { OwnOrigins } from '../own-origins.ts';
import type { AdmitLive } from './graphql-http.ts';
import type { GraphqlLimits } from './limits.ts';
import type { GraphqlMetrics } from './metrics.ts';
import type { Operations, Params, Prepared, Result } from './operations.ts';
import type { ContextFor } from './request.ts';
import { requireDocumentId } from './params.ts';
import { isProgress } from './result-stream.ts';
import type { ResultStream } from './result-stream.ts';
import { createWriter } from './send.ts';
import type { Backlog, Writer } from './send.ts';
import type { OnProofEnd } from './sse/streams.ts';
import { createUpgrades } from './upgrades.ts';

/** One open socket; the context is there from `connection_init` on. */
type Peer<TContext> = {
  socket: WebSocket;
  req: IncomingMessage;
  requestId: string;
  locale: Locale;
  isAlive: boolean;
  writer: Writer;
  context?: TContext;
};
type State<TContext> = SocketState<Record<string, unknown>, Peer<TContext>>;

type Deps<TContext extends object> = {
  schema: GraphQLSchema;
  operations: Operations<TContext>;
  contextFor: ContextFor<TContext>;
  revalidate: ((context: TContext) => void | Promise<void>) | undefined;
  onProofEnd: OnProofEnd<TContext> | undefined;
  admitLive: AdmitLive<TContext> | undefined;
  limits: GraphqlLimits;
  backlog: Backlog;
  isOwnOrigin: OwnOrigins;
  /** What every answer carries. */
  headers: Readonly<Record<string, string>>;
  metrics: GraphqlMetrics;
  log: Logger;
};

/** How long subscriptions get to tell why they end before their socket is closed under them. */
const lastWordMs = 250;
/** How long a peer gets to close its side when we stop. */
const closeTimeoutMs = 1000;

/** graphql-transport-ws: every operation, subscriptions above all, over one socket per caller. */
export function createSockets<TContext extends object>(deps: Deps<TContext>) {
  const {
    schema,
    operations,
    contextFor,
    revalidate,
    onProofEnd,
    admitLive,
    limits,
    backlog,
    isOwnOrigin,
    headers,
    metrics,
    log,
  } = deps;
  const peers = new Set<Peer<TContext>>();
  const upgrades = createUpgrades({ limits, isOwnOrigin, headers, onSocket });
  const heartbeat = setInterval(beat, limits.socketPingMs).unref();

  const server = makeServer<Record<string, unknown>, Peer<TContext>>({
    connectionInitWaitTimeout: limits.socketInitTimeoutMs,
    onConnect: connect,
    onSubscribe: start,
    // Everything happened in `start` already; the result travels in the arguments that it returned.
    execute: (args) => resultOf(args),
    subscribe: (args) => resultOf(args),
    onNext: (_state, _id, _payload, _args, result) => result as never,
  });

  function onSocket(socket: WebSocket, req: IncomingMessage, requestId: string): void {
    const writer = createWriter({
      ...{ socket, connection: req.socket, backlog },
      mostBytes: limits.socketBufferBytes,
      stallMs: limits.socketStallMs,
      onSlow() {
        metrics.slowConsumers.inc();
        log.warn({ requestId }, 'socket closed: its caller reads too slowly');
      },
    });
    const peer: Peer<TContext> = { socket, req, requestId, locale: localeOf(req.headers), isAlive: true, writer };
    peers.add(peer);
    metrics.sockets.inc();
    socket.on('error', (err) => log.debug({ err, requestId }, 'socket broke'));
    socket.on('pong', () => (peer.isAlive = true));
    const closed = server.opened(
      {
        protocol: socket.protocol,
        send: writer.send,
        close(code) {
          const close = () => socket.close(code, reasonOf(code));
          // What came in time is read first: a process that was busy would call it late otherwise.
          if (code === 4408) setImmediate(close);
          else close();
        },
        onMessage: (handle) =>
          socket.on('message', (data) => void handle(String(data)).catch((error) => drop(peer, error))),
      },
      peer,
    );
    socket.once('close', (code, reason) => {
      peers.delete(peer);
      metrics.sockets.dec();
      void closed(code, String(reason)).catch((error) => logError(log, error, { requestId }));
    });
  }

  /** A bug, but for one mistake: all else that a caller can do wrong graphql-ws closes the socket for by itself. */
  function drop({ socket, requestId }: Peer<TContext>, error: unknown): void {
    if (error instanceof Error && error.message.startsWith('Unexpected message of type')) {
      return socket.close(4400, reasonOf(4400));
    }
    logError(log, error, { requestId });
    socket.close(...broken);
  }

  async function connect({ connectionParams, extra: peer }: State<TContext>): Promise<boolean> {
    const { req, requestId, socket } = peer;
    const proofs = proofsIn(connectionParams ?? {});
    try {
      if (proofs === null) return false;
      const context = await contextFor({
        headers: { ...req.headers, ...proofs },
        requestId,
        remoteAddress: req.socket.remoteAddress ?? null,
      });
      const release = await admitLive?.(context);
      // It may have closed while it was asked about.
      if (socket.readyState !== socket.OPEN) {
        release?.();
        return false;
      }
      const forget = onProofEnd?.(context, () => endSoon(socket));
      socket.once('close', () => {
        forget?.();
        release?.();
      });
      peer.context = context;
      return true;
    } catch (error) {
      logError(log, error, { requestId });
      socket.close(...closingOf(error));
      return false;
    }
  }

  async function start({ extra: peer, subscriptions }: State<TContext>, id: string, payload: SubscribePayload) {
    const { socket } = peer;
    let prepared: Prepared | undefined;
    try {
      if (Object.keys(subscriptions).length > limits.operationsPerSocket) throw tooMany(limits.operationsPerSocket);
      if (!peer.context) throw new Error('There is no context before connection_init.');
      await revalidate?.(peer.context);
      requireDocumentId(payload.query, (payload as Partial<Params>).documentId);
      prepared = operations.prepare({ ...(payload as Params), idempotencyKey: idempotencyKeyIn(payload) });
      // Plugins cache by context: each operation gets its own, or a long-lived socket would see stale answers.
      const context = { ...peer.context };
      const result =
        prepared.operation.type === 'subscription'
          ? await operations.subscribe(prepared, context, peer, peer.writer.sinkOf(id))
          : await operations.run(prepared, context, peer);
      if (!('next' in result) && result.data === undefined) return wireErrors(result.errors);
      const { document, name: operationName } = prepared.operation;
      return { schema, document, operationName, result: 'next' in result ? withoutProgress(result) : result };
    } catch (error) {
      if (describeError(error).code === 'UNAUTHENTICATED') socket.close(...signedOut);
      return wireErrors(operations.refuse(error, peer, prepared).errors);
    }
  }

  function beat(): void {
    for (const peer of peers) {
      // Who does not take what was sent does not get to the ping either, and is told why it is closed.
      if (!peer.isAlive && !peer.writer.isBehind) peer.socket.terminate();
      peer.isAlive = false;
      if (peer.socket.readyState === peer.socket.OPEN) peer.socket.ping();
    }
  }

  return {
    attach: (httpServer: Server) => upgrades.attach(httpServer),

    /** Closes the sockets whose context matches: their sign-in or key is gone. What runs on them may still say so. */
    closeWhere(matches: (context: TContext) => boolean): void {
      for (const { socket, context } of peers) {
        if (context && matches(context)) endSoon(socket);
      }
    },

    /** Resolves when every socket is closed. Peers that do not answer are cut off. */
    async dispose(): Promise<void> {
      clearInterval(heartbeat);
      const sockets = [...peers].map(({ socket }) => socket);
      await Promise.all(sockets.map(closeGently));
      upgrades.close();
    },
  };
}

/** A page cannot set headers on a socket. What it says instead; null where that is no text. */
function proofsIn(params: Record<string, unknown>): Record<string, string> | null {
  const said = ['authorization', 'x-csrf-token']
    .map((name) => [name, params[name]])
    .filter(([, value]) => value !== undefined);
  return said.every(([, value]) => typeof value === 'string') ? Object.fromEntries(said) : null;
}

/** A socket has no headers for each operation: its key is an extension. */
function idempotencyKeyIn({ extensions }: SubscribePayload): string | undefined {
  const key = extensions?.['idempotencyKey'];
  if (key == null) return undefined;
  if (typeof key === 'string') return key;
  throw new RequestRefusedError('BAD_REQUEST', 'The extension “idempotencyKey” has to be text.');
}

function resultOf(args: ExecutionArgs & { result?: Result | ResultStream }): OperationResult {
  return args.result as OperationResult;
}

/** Readers on sockets are told where they are if they ask for it, by results: there is no other message for it. */
function withoutProgress(stream: ResultStream): ResultStream {
  const results: ResultStream = {
    async next() {
      for (;;) {
        const step = await stream.next();
        if (step.done || !isProgress(step.value)) return step;
      }
    },
    return: () => stream.return!(),
    stop: (last) => stream.stop(last),
    [Symbol.asyncIterator]: () => results,
  };
  return results;
}

/** Its sign-in or key is gone. What runs on it may still say so. */
function endSoon(socket: WebSocket): void {
  setTimeout(() => socket.close(...signedOut), lastWordMs).unref();
}

function closeGently(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => socket.terminate(), closeTimeoutMs);
    socket.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    socket.close(...stopping);
  });
}

function tooMany(limit: number) {
  return new RequestRefusedError(
    'TOO_MANY_SUBSCRIPTIONS',
    `One socket runs at most ${limit} operations at once. End some first.`,
  );
}

/** graphql-ws wants error objects; these are on the wire exactly what the one mapping made. */
class WireError extends GraphQLError {
  readonly formatted: GraphQLFormattedError;
  constructor(formatted: GraphQLFormattedError) {
    super(formatted.message);
    this.formatted = formatted;
  }
  override toJSON(): GraphQLFormattedError {
    return this.formatted;
  }
}

function wireErrors(errors: readonly GraphQLFormattedError[] = []): GraphQLError[] {
  return errors.map((error) => new WireError(error));
}
