import type { ServerResponse } from 'node:http';
import type { Exchange } from '../exchange.ts';
import { RequestRefusedError, UnauthenticatedError } from '../../../errors/request-errors.ts';
import type { GraphqlLimits } from '../limits.ts';
import type { Operations, Result } from '../operations.ts';
import { jsonType, refusalHeaders, statusOf } from '../respond.ts';
import type { ResultStream } from '../result-stream.ts';
import type { Sink } from '../fan-out/group.ts';
import type { Backlog } from '../send.ts';
import { createEventWriters } from './event-writer.ts';
import type { EventWriter } from './event-writer.ts';
import { chunkOf, completeFrame, cursorFrame, resultFrame } from './frames.ts';

/** Calls the function once what a context was proved with ends by itself, unless the result is called before. */
export type OnProofEnd<TContext> = (context: TContext, onEnd: () => void) => () => void;

type Deps<TContext extends object> = {
  operations: Operations<TContext>;
  limits: GraphqlLimits;
  backlog: Backlog;
  onProofEnd: OnProofEnd<TContext> | undefined;
  /** Told of readers that were given up. */
  onSlow: (exchange: Exchange) => void;
};

/** An answer that goes on; `stop` ends it, with a last word if given. */
type Live<TContext> = { exchange: Exchange; context: TContext; stop: (last?: Result) => void };

/** Every answer that goes on, until its caller leaves, what it was proved with ends, or this process does. */
export function createStreams<TContext extends object>(deps: Deps<TContext>) {
  const { operations, limits, backlog, onProofEnd, onSlow } = deps;
  const live = new Set<Live<TContext>>();
  /** Of operations that have a stream to themselves, from the first event on. */
  const written = new WeakMap<ServerResponse, EventWriter>();
  const writers = createEventWriters({ limits, backlog });

  const slow = (exchange: Exchange): Result => {
    onSlow(exchange);
    return operations.refuse(
      new RequestRefusedError('READER_TOO_SLOW', 'This stream was read too slowly. Go on from your last event.'),
      exchange,
    );
  };

  return {
    /** Throws SERVICE_UNAVAILABLE. */
    requireRoom(): void {
      if (live.size < limits.sockets) return;
      throw new RequestRefusedError(
        'SERVICE_UNAVAILABLE',
        'This server has as many subscriptions as it takes. Try again.',
      );
    },

    /** Where what is made for many goes. Nothing comes before `answer`. */
    sinkFor({ res }: Exchange): Sink {
      return {
        write: (frames) => written.get(res)?.writeChunk(frames.forStream()) ?? true,
        tellCursor: (cursor) => written.get(res)?.writeChunk(chunkOf(cursorFrame(cursor))) ?? true,
        drained: async () => written.get(res)?.drained(),
      };
    },

    /** Follows an answer until its connection closes, and calls `release` then. */
    track({ exchange, context, stop }: Live<TContext>, release?: () => void): void {
      const entry = { exchange, context, stop };
      live.add(entry);
      const forget = onProofEnd?.(context, () => stop(operations.refuse(new UnauthenticatedError(), exchange)));
      const leave = () => {
        live.delete(entry);
        forget?.();
        release?.();
        stop();
      };
      // The caller may have left while it was starting.
      if (exchange.res.destroyed) leave();
      else exchange.res.once('close', leave);
    },

    /** Answers with the events of one operation: its results, then that it is complete. */
    async answer(exchange: Exchange, outcome: Result | ResultStream): Promise<void> {
      const { res, headers } = exchange;
      const farewell = () => resultFrame(slow(exchange)) + completeFrame;
      if (!('next' in outcome)) {
        const told = { ...headers, ...refusalHeaders(outcome) };
        const writer = writers.open({ res, status: statusOf(outcome, jsonType), headers: told, farewell });
        return writer.end(resultFrame(outcome) + completeFrame);
      }
      const writer = writers.open({ res, headers, farewell });
      written.set(res, writer);
      for await (const result of outcome) await writer.write(resultFrame(result));
      writer.end(completeFrame);
    },

    /** Opens a stream that several operations share. */
    open: (exchange: Exchange, onGivenUp: () => void) =>
      writers.open({
        ...{ res: exchange.res, headers: exchange.headers },
        farewell: () => {
          const { errors } = slow(exchange);
          onGivenUp();
          // It is about no operation.
          return `event: error\ndata: ${JSON.stringify({ errors })}\n\n`;
        },
      }),

    /** Tells subscribers whose context matches that they are no longer signed in, and ends their streams. */
    closeWhere(matches: (context: TContext) => boolean): void {
      for (const { context, stop, exchange } of live) {
        if (matches(context)) stop(operations.refuse(new UnauthenticatedError(), exchange));
      }
    },

    /** Breaks streams off without `complete`, so that clients come back and resume. */
    dispose(): void {
      writers.stop();
      for (const { exchange } of live) exchange.res.destroy();
    },
  };
}
