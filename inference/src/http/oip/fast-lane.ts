import { performance } from 'node:perf_hooks';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { requireNearNames } from '../../callers/near.ts';
import type { Logger } from '../../logger.ts';
import type { Metrics } from '../../metrics.ts';
import type { InferBody } from '../../oip/infer-request.ts';
import { isTracing } from '../../tracing.ts';
import type { BodyBudget } from '../body-budget.ts';
import type { Asking, Callers } from '../callers.ts';
import { lazyLogger } from '../lazy-logger.ts';
import { refusalOf } from '../problems.ts';
import { requestIdOf } from '../request-id.ts';
import { laneAddressOf } from './lane-address.ts';
import type { LaneAddress } from './lane-address.ts';
import { oipProblem } from './oip-error.ts';
import type { RunInfer } from './run-infer.ts';

type Deps = {
  /** Whether only callers of this machine are to be answered. */
  isLocal: boolean;
  callers: Callers;
  budget: BodyBudget;
  runInfer: RunInfer;
  bodyBytesMax: number;
  /** Aborts when the sidecar stops taking new work. */
  closing: AbortSignal;
  log: Logger;
  metrics: Pick<Metrics, 'countRequest' | 'countFast'>;
};

/** Takes a request that is its kind and answers it; false leaves it untouched. */
export type FastLane = (request: IncomingMessage, response: ServerResponse) => boolean;

/** Larger ones cost so much themselves that it does not matter who routes them. */
const laneBytesMax = 16 * 1024;

/**
 * Answers small binary requests to networks that take microseconds without Fastify, whose routing, hooks and replies cost
 * several times as much as such a network. What is decided about a request is decided by the same functions; whatever is
 * not the plainest form of it, or comes while spans are taken or the sidecar is closing, goes to Fastify.
 */
export function createFastLane(deps: Deps): FastLane {
  const { isLocal, callers, budget, runInfer, bodyBytesMax, closing, log, metrics } = deps;
  const bytesMax = Math.min(laneBytesMax, bodyBytesMax);

  async function serve(request: IncomingMessage, response: ServerResponse, address: LaneAddress): Promise<void> {
    const startedAt = performance.now();
    const asking = askingOf(request);
    // The rest of a body that cannot be read may still be on its way, and is nobody's request.
    let closes = false;
    const end = (status: number, headers: Record<string, string>, body: Buffer) => {
      const all: Record<string, string> = {
        'x-request-id': asking.id,
        'x-content-type-options': 'nosniff',
        ...headers,
      };
      const limits = callers.limitHeadersOf(asking);
      if (limits) Object.assign(all, limits);
      if (closes || closing.aborted) all['connection'] = 'close';
      all['content-length'] = String(body.byteLength);
      response.writeHead(status, all);
      // One text goes out in one piece with the headers; bytes would go in a piece of their own.
      if (body.byteLength <= laneBytesMax) response.end(body.toString('latin1'), 'latin1');
      else response.end(body);
    };
    const finish = () => {
      response.off('finish', finish).off('error', finish);
      const { statusCode: status } = response;
      metrics.countRequest(address.route, status);
      const durationMs = Math.round((performance.now() - startedAt) * 10) / 10;
      log.info({ requestId: asking.id, method: 'POST', route: address.route, status, durationMs }, 'request');
    };
    response.on('finish', finish).on('error', finish);
    try {
      if (isLocal) requireNearNames(asking);
      const caller = await callers.requireInference(asking);
      budget.admit({ headers: request.headers, raw: request }, { raw: response }, callers.tenantOf(asking));
      closes = true;
      const body = await bodyOf(address, request);
      closes = false;
      const { bytes, headers } = await runInfer.run({ address, caller, body, raw: response });
      end(200, headers, bytes);
    } catch (thrown) {
      const { error, status, headers } = refusalOf(thrown, request, lazyLogger(log, { requestId: asking.id }));
      end(status, headers, Buffer.from(JSON.stringify(oipProblem(error, asking.id))));
    }
  }

  function bodyOf(address: LaneAddress, request: IncomingMessage): Promise<InferBody | undefined> {
    return new Promise((resolve, reject) => {
      runInfer.readBody(address, request, request, (error, body) => (error ? reject(error) : resolve(body)));
    });
  }

  return function take(request, response) {
    const address = laneAddressOf(request, bytesMax);
    if (!address || closing.aborted || isTracing() || !runInfer.isInline(address)) return false;
    metrics.countFast();
    void serve(request, response, address);
    return true;
  };
}

/** A request as far as it says who sends it. */
function askingOf(request: IncomingMessage): Asking {
  return {
    headers: request.headers,
    id: requestIdOf(request),
    get ip() {
      return request.socket.remoteAddress ?? '';
    },
  };
}
