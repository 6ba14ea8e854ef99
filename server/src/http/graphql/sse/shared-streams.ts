import { randomBytes } from 'node:crypto';
import { DomainError } from '../../../errors/domain-error.ts';
import {
  NotFoundError,
  RequestRefusedError,
  ServiceUnavailableError,
  UnauthenticatedError,
} from '../../../errors/request-errors.ts';
import type { Exchange } from '../exchange.ts';
import type { GraphqlLimits } from '../limits.ts';
import type { Result } from '../operations.ts';
import type { Sink } from '../fan-out/group.ts';
import type { ResultStream } from '../result-stream.ts';
import type { EventWriter } from './event-writer.ts';
import { sharedCompleteFrame, sharedResultFrame } from './frames.ts';

/** A stream of events that several operations share, from its reservation to its end. */
export type SharedStream<TContext> = {
  readonly token: string;
  readonly owner: string;
  /** Of whoever asked for it. Operations on it have their own. */
  readonly context: TContext;
  readonly operations: Map<string, ResultStream | null>;
  /** Null until somebody has opened it. */
  writer: EventWriter | null;
  /** Resolves when it is open, or over. */
  readonly ready: Promise<void>;
  end(last?: Result): void;
};

type Deps<TContext> = {
  limits: Pick<GraphqlLimits, 'operationsPerSocket' | 'streamReservations' | 'streamReservationMs'>;
  /** Whose a context is, as text; null for nobody, who gets no such stream. */
  ownerOf: (context: TContext) => string | null;
};

/** What one owner may have reserved and not opened, and what may be asked on such a stream: its results are kept. */
const reservationsPerOwner = 4;
const earlyOperations = 4;
const operationIdLength = 100;

/** Who opens what they reserved, or waits until it is over, may reserve again. */
class StreamsReservedError extends DomainError {
  readonly code = 'SERVICE_UNAVAILABLE';
  override readonly isCallers = true;
  constructor() {
    super('Too many streams were reserved and not opened. Try again.');
  }
}

/**
 * Streams of events that several operations share, as the protocol GraphQL over SSE has them: reserved by one request,
 * opened by another, which needs nothing but the token, and used by more. A token is known to this process alone.
 */
export function createSharedStreams<TContext>({ limits, ownerOf }: Deps<TContext>) {
  const streams = new Map<string, SharedStream<TContext>>();

  function reserve(context: TContext): SharedStream<TContext> {
    const owner = ownerOf(context);
    if (owner === null) throw new UnauthenticatedError({ reason: 'a stream for nobody' });
    const waiting = [...streams.values()].filter(({ writer }) => writer === null);
    const own = waiting.filter((stream) => stream.owner === owner);
    if (own.length >= reservationsPerOwner) throw new StreamsReservedError();
    if (waiting.length >= limits.streamReservations) throw new ServiceUnavailableError('A free stream');
    const { promise: ready, resolve: beReady } = Promise.withResolvers<void>();
    const token = randomBytes(32).toString('base64url');
    const operations: SharedStream<TContext>['operations'] = new Map();
    let writer: EventWriter | null = null;
    const timer = setTimeout(() => stream.end(), limits.streamReservationMs).unref();
    const stream: SharedStream<TContext> = {
      ...{ token, owner, context, operations, ready },
      get writer() {
        return writer;
      },
      set writer(opened) {
        writer = opened;
        clearTimeout(timer);
        beReady();
      },
      end(last) {
        clearTimeout(timer);
        streams.delete(token);
        for (const operation of operations.values()) operation?.stop(last);
        beReady();
        // What the operations say last goes first.
        setImmediate(() => writer?.end());
      },
    };
    streams.set(token, stream);
    return stream;
  }

  return {
    reserve,

    /** Throws NOT_FOUND for a token of nobody, and for one of somebody else. */
    find(token: string, context: TContext | null): SharedStream<TContext> {
      const stream = streams.get(token);
      if (stream && (context === null || ownerOf(context) === stream.owner)) return stream;
      throw new NotFoundError('Stream', token.slice(0, 8));
    },

    /** Keeps a place for an operation. Throws BAD_REQUEST, TOO_MANY_SUBSCRIPTIONS. */
    begin({ operations, writer }: SharedStream<TContext>, id: unknown): string {
      if (typeof id !== 'string' || id === '' || id.length > operationIdLength) {
        throw new RequestRefusedError('BAD_REQUEST', 'The extension “operationId” has to be text.');
      }
      if (operations.has(id)) throw new RequestRefusedError('BAD_REQUEST', 'An operation of this id runs already.');
      const most = writer === null ? earlyOperations : limits.operationsPerSocket;
      if (operations.size >= most) {
        throw new RequestRefusedError(
          'TOO_MANY_SUBSCRIPTIONS',
          `One stream runs at most ${most} operations at once. End some first.`,
        );
      }
      operations.set(id, null);
      return id;
    },

    /** Where what is made for many goes, on behalf of one operation. Nothing comes before the stream is open. */
    sinkFor: (stream: SharedStream<TContext>, id: string): Sink => ({
      write: (frames) => stream.writer?.writeChunk(frames.forSharedStream(id)) ?? true,
      drained: async () => stream.writer?.drained(),
    }),

    /** Tells the results of an operation that has begun, and that it is over. */
    async tell(stream: SharedStream<TContext>, id: string, answer: Result | ResultStream): Promise<void> {
      if ('next' in answer) {
        // It may have been ended while it began.
        if (stream.operations.has(id) && (stream.writer === null || !stream.writer.isClosed)) {
          stream.operations.set(id, answer);
        } else answer.stop();
      }
      await stream.ready;
      const write = async (frame: string) => frame && (await stream.writer?.write(frame));
      if ('next' in answer) {
        for await (const result of answer) await write(sharedResultFrame(id, result));
        // Ended by its caller, who may have begun another of the same id.
        if (stream.operations.get(id) === answer) stream.operations.delete(id);
      } else if (stream.operations.delete(id)) await write(sharedResultFrame(id, answer));
      await write(sharedCompleteFrame(id));
    },

    /** Forgets an operation that was refused before it began, or ends one that runs. */
    forget({ operations }: SharedStream<TContext>, id: string): void {
      operations.get(id)?.stop();
      operations.delete(id);
    },

    isOver: ({ token }: SharedStream<TContext>): boolean => !streams.has(token),
  };
}

/** The token of a request, where it is about a shared stream. A header, or in the address of one that opens it. */
export function streamTokenOf({ req }: Pick<Exchange, 'req'>): string | null {
  const header = req.headers['x-graphql-event-stream-token'];
  if (typeof header === 'string' && header !== '') return header;
  return req.method === 'GET' ? searchOf(req.url).get('token') : null;
}

/** Which operation a request to end one is about. Throws BAD_REQUEST. */
export function operationIdOf({ req }: Pick<Exchange, 'req'>): string {
  const id = searchOf(req.url).get('operationId');
  if (id) return id;
  throw new RequestRefusedError('BAD_REQUEST', 'Say which operation: ?operationId=…');
}

const searchOf = (url = '') => new URLSearchParams(url.slice(url.indexOf('?') + 1 || url.length));
