import { performance } from 'node:perf_hooks';
import { requireNearNames } from '../../callers/near.ts';
import type { Logger } from '../../logger.ts';
import { languageOf } from '../../messages/error-text.ts';
import type { Metrics } from '../../metrics.ts';
import type { InferBody } from '../../oip/infer-request.ts';
import { isTracing } from '../../tracing.ts';
import type { Asking, Callers } from '../callers.ts';
import { lazyLogger } from '../lazy-logger.ts';
import { refusalOf, tell } from '../problems.ts';
import type { Unread } from '../problems.ts';
import type { LaneAddress } from './lane-address.ts';
import { oipProblem } from './oip-error.ts';
import type { Address, Call, RunInfer } from './run-infer.ts';

type Deps = {
  /** Whether only callers of this machine are to be answered. */
  isLocal: boolean;
  callers: Callers;
  runInfer: RunInfer;
  /** Aborts when the sidecar stops taking new work. */
  closing: AbortSignal;
  log: Logger;
  metrics: Pick<Metrics, 'countRequest' | 'countFast'>;
};

/** A request for an inference, however it was read. */
export type LaneRequest = Pick<Call, 'hangUp' | 'memory'> & {
  asking: Asking;
  address: LaneAddress;
  /** Its body, asked for once it is known who sends it. Throws QUEUE_FULL where there is no room for it. */
  body(): InferBody | Promise<InferBody | undefined>;
  /** Where the rest of the body comes from if it is not wanted. */
  raw: Unread;
};

export type LaneAnswer = { status: number; headers: Record<string, string>; body: Buffer };

export type Lane = ReturnType<typeof createLane>;

/** Requests that are waited for whole before they are looked at, and answers that go out as one text. */
export const laneBytesMax = 16 * 1024;

/**
 * Answers binary requests without Fastify, whose routing, hooks and replies cost several times as much as a network of
 * microseconds, or a refusal. What is decided about a request is decided by the same functions; whatever is
 * not the plainest form of it, or comes while spans are taken or the sidecar is closing, is for Fastify.
 */
export function createLane({ isLocal, callers, runInfer, closing, log, metrics }: Deps) {
  // There is nothing in them that could be a secret; looking for some takes longer than writing them.
  const lines = log.child({}, { redact: [] });
  return {
    closing,
    takes: (address: Address): boolean => !closing.aborted && !isTracing() && runInfer.isReady(address),
    /** Never rejects: what was thrown is an answer. */
    async answer({ asking, address, body: readBody, raw, ...how }: LaneRequest): Promise<LaneAnswer> {
      metrics.countFast();
      let status = 200;
      let headers: Record<string, string>;
      let body: Buffer;
      try {
        if (isLocal) requireNearNames(asking);
        const caller = await callers.requireInference(asking);
        const read = readBody();
        const answer = await runInfer.run({
          ...how,
          ...{ address, caller },
          body: read instanceof Promise ? await read : read,
        });
        ({ bytes: body, headers } = answer);
      } catch (thrown) {
        const refusal = refusalOf(thrown, raw, lazyLogger(log, { requestId: asking.id }));
        ({ status, headers } = refusal);
        const language = languageOf(asking.headers);
        headers['content-language'] = language;
        body = Buffer.from(JSON.stringify(oipProblem(tell(refusal.error, asking.id, language))));
      }
      return {
        status,
        body,
        headers: {
          'x-request-id': asking.id,
          'x-content-type-options': 'nosniff',
          ...headers,
          ...callers.limitHeadersOf(asking),
        },
      };
    },
    /** To be called once an answer is out. `startedAt`: on the clock of `performance.now`. */
    note({ id }: Asking, { route }: LaneAddress, status: number, startedAt: number): void {
      metrics.countRequest(route, status);
      const durationMs = Math.round((performance.now() - startedAt) * 10) / 10;
      lines.info({ requestId: id, method: 'POST', route, status, durationMs }, 'request');
    },
  };
}
