import { performance } from 'node:perf_hooks';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { InferBody } from '../../oip/infer-request.ts';
import type { BodyBudget } from '../body-budget.ts';
import type { Asking, Callers } from '../callers.ts';
import { hangUpSignal } from '../hang-up.ts';
import { requestIdOf } from '../request-id.ts';
import { laneAddressOf } from './lane-address.ts';
import type { LaneAddress } from './lane-address.ts';
import { laneBytesMax } from './lane.ts';
import type { Lane } from './lane.ts';
import type { RunInfer } from './run-infer.ts';

type Deps = { lane: Lane; callers: Callers; runInfer: RunInfer; budget: BodyBudget; bodyBytesMax: number };

/** Takes a request that is its kind and answers it; false leaves it untouched. */
export type RequestLane = (request: IncomingMessage, response: ServerResponse) => boolean;

/** The lane for requests that Node has read: larger ones, and those on connections that others come on, too. */
export function createRequestLane({ lane, callers, runInfer, budget, bodyBytesMax }: Deps): RequestLane {
  async function serve(request: IncomingMessage, response: ServerResponse, address: LaneAddress): Promise<void> {
    const startedAt = performance.now();
    const asking = askingOf(request);
    const finish = () => {
      response.off('finish', finish).off('error', finish);
      lane.note(asking, address, response.statusCode, startedAt);
    };
    response.on('finish', finish).on('error', finish);
    // The rest of a body that cannot be read may still be on its way, and is nobody's request.
    let closes = false;
    async function body(): Promise<InferBody | undefined> {
      budget.admit({ headers: request.headers, raw: request }, { raw: response }, callers.tenantOf(asking));
      closes = true;
      const read = await new Promise<InferBody | undefined>((resolve, reject) => {
        runInfer.readBody(address, request, request, (error, all) => (error ? reject(error) : resolve(all)));
      });
      closes = false;
      return read;
    }
    const hangUp = () => hangUpSignal({ raw: response });
    const answer = await lane.answer({ asking, address, body, hangUp, memory: null, raw: request });
    const headers = answer.headers;
    if (closes || lane.closing.aborted) headers['connection'] = 'close';
    headers['content-length'] = String(answer.body.byteLength);
    response.writeHead(answer.status, headers);
    // One text goes out in one piece with the headers; bytes would go in a piece of their own.
    if (answer.body.byteLength <= laneBytesMax) response.end(answer.body.toString('latin1'), 'latin1');
    else response.end(answer.body);
  }

  return function take(request, response) {
    const address = laneAddressOf(request, bodyBytesMax);
    if (!address || !lane.takes(address)) return false;
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
