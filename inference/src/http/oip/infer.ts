import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { InferBody } from '../../oip/infer-request.ts';
import type { BodyBudget } from '../body-budget.ts';
import type { Callers } from '../callers.ts';
import { hangUpSignal } from '../hang-up.ts';
import { lazyLogger } from '../lazy-logger.ts';
import type { Address, RunInfer } from './run-infer.ts';

export type InferDeps = {
  callers: Callers;
  budget: BodyBudget;
  runInfer: RunInfer;
};

type Params = { model: string; version?: string };

function addressOf(request: FastifyRequest): Address {
  const { model: name, version = null } = request.params as Params;
  return { name, version };
}

/** `POST /v2/models/{model}[/versions/{version}]/infer`, in a scope of its own: bodies are read in another way here. */
export function registerInfer(scope: FastifyInstance, { callers, budget, runInfer }: InferDeps): void {
  scope.removeAllContentTypeParsers();
  // Whatever the type says: what is binary shows in a header of its own, and clients leave the type out.
  scope.addContentTypeParser('*', (request, payload, done) =>
    runInfer.readBody(addressOf(request), request, payload, done),
  );

  async function infer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const body = request.body as InferBody | undefined;
    const hangUp = () => hangUpSignal({ raw: reply.raw });
    const call = { address: addressOf(request), caller: callers.of(request), body, hangUp, memory: null };
    const { bytes, headers } = await runInfer.run(call);
    return reply.headers(headers).send(bytes);
  }

  for (const url of ['/models/:model/infer', '/models/:model/versions/:version/infer']) {
    scope.route({
      method: 'POST',
      url,
      childLoggerFactory: lazyLogger,
      onRequest: async (request) => void (await callers.requireInference(request)),
      preParsing: (request, reply, _payload, done) => {
        budget.admit(request, reply, callers.tenantOf(request));
        done(null);
      },
      schema: { hide: true },
      handler: infer,
    });
  }
}
