import { performance } from 'node:perf_hooks';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { RunOptions } from '../../engine/engine.ts';
import type { Tensors } from '../../engine/tensors.ts';
import type { ModelRegistry, ServedModel } from '../../models/served-model.ts';
import { writeInferAnswer } from '../../oip/infer-answer.ts';
import { readInferRequest, readTimeout } from '../../oip/infer-request.ts';
import type { InferBody } from '../../oip/infer-request.ts';
import { traceStages } from '../../tracing.ts';
import type { RecordUsage } from '../../usage/usage.ts';
import type { BodyBudget } from '../body-budget.ts';
import { tenantOf, weightOf } from '../callers.ts';
import type { Callers } from '../callers.ts';
import { hangUpSignal } from '../hang-up.ts';
import { lazyLogger } from '../lazy-logger.ts';
import type { Lend } from '../lend.ts';
import { createBodyMemory } from './body-memory.ts';
import { createReadBody } from './read-body.ts';

export type InferDeps = {
  registry: ModelRegistry;
  lend: Lend;
  callers: Callers;
  budget: BodyBudget;
  recordUsage: RecordUsage;
  bodyBytesMax: number;
  /** The longest that an inference may take. */
  timeoutMs: number;
};

/** Memory of bodies that is kept for the next ones. */
const keptBytesMin = 32 * 1024 * 1024;

type Params = { model: string; version?: string };

const modelOf = (request: FastifyRequest): Params => request.params as Params;

/** `POST /v2/models/{model}[/versions/{version}]/infer`, in a scope of its own: bodies are read in another way here. */
export function registerInfer(scope: FastifyInstance, deps: InferDeps): void {
  const { registry, lend, callers, budget, recordUsage, bodyBytesMax, timeoutMs } = deps;

  const present = (request: FastifyRequest): ServedModel | null => {
    const { model, version = null } = modelOf(request);
    return registry.peek(model, version);
  };
  const runsHere = (model: ServedModel | null): boolean => model?.engine.placement.kind === 'inline';
  scope.removeAllContentTypeParsers();
  // Whatever the type says: what is binary shows in a header of its own, and clients leave the type out.
  const keptBytesMax = Math.max(keptBytesMin, bodyBytesMax);
  const memory = createBodyMemory((bytes) => new SharedArrayBuffer(bytes), keptBytesMax);
  const readBody = createReadBody({ bodyBytesMax, memory, isShared: (request) => !runsHere(present(request)) });
  scope.addContentTypeParser('*', readBody);

  async function infer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { model: name, version = null } = modelOf(request);
    const caller = callers.of(request);
    // Who runs on this thread is done before anybody could notice that a caller left.
    const ready = present(request);
    const isHere = runsHere(ready);
    const signal = isHere ? undefined : hangUpSignal(reply);
    const body = (request.body as InferBody | undefined) ?? emptyBody;
    const startedAt = ready ? null : performance.now();
    // What has to be loaded first has no longer than its caller, who says so in a message that is read twice then.
    using lent =
      ready || !signal
        ? await registry.borrow(name, version, signal)
        : await lend(name, version, signal, leftOf(readTimeout(body), null));
    const { model } = lent;
    const { engine } = model;
    const asked = readInferRequest(body, engine, isHere ? ownMemory : sharedMemory);
    const { inputs, outputs: wanted } = asked;
    const options: RunOptions & { outputs?: readonly string[] | undefined } = {
      tenant: tenantOf(caller),
      weight: weightOf(caller),
      priority: asked.priority,
      timeoutMs: leftOf(asked.timeoutMs, startedAt),
      signal,
      outputs: wanted?.map((each) => each.name),
    };
    const answer = await engine.run(inputs, options);
    // Not where it failed: an engine may still be reading what nobody waits for any more.
    if (body.bytes.buffer instanceof SharedArrayBuffer) memory.give(body.bytes.buffer);
    const { body: bytes, jsonLength } = writeInferAnswer(model, asked, engine.outputs, answer.outputs);
    await recordUsage(caller, {
      task: model.config.task,
      model: model.name,
      cached: false,
      count: rowsOf(model, inputs),
    });
    traceStages(answer, { model: model.name });
    if (jsonLength !== null) void reply.header('inference-header-content-length', jsonLength);
    void reply.header('content-type', jsonLength === null ? 'application/json' : 'application/octet-stream');
    return reply.send(bytes);
  }

  /** Of a request's time, where it began with waiting for its model. */
  function leftOf(askedMs: number | null, startedAt: number | null): number {
    const limitMs = Math.min(askedMs ?? timeoutMs, timeoutMs);
    return startedAt === null ? limitMs : Math.max(0, limitMs - (performance.now() - startedAt));
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

const emptyBody: InferBody = { bytes: new Uint8Array(), jsonLength: 0, isRaw: false };

const ownMemory = (byteLength: number) => new Uint8Array(byteLength);
const sharedMemory = (byteLength: number) => new Uint8Array(new SharedArrayBuffer(byteLength));

/**
 * What is paid for: the rows of a batch, where the network takes as many as one likes. Without an element in them their
 * number is only what the caller says: that is one.
 */
function rowsOf({ engine }: ServedModel, inputs: Tensors): number {
  const [spec] = engine.inputs;
  const dims = spec?.dims[0] === null ? inputs[spec.name]?.dims : undefined;
  return dims === undefined || dims.includes(0) ? 1 : (dims[0] ?? 1);
}
