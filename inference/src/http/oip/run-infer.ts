import { performance } from 'node:perf_hooks';
import type { IncomingMessage } from 'node:http';
import type { RunOptions } from '../../engine/engine.ts';
import type { Tensors } from '../../engine/tensors.ts';
import type { ModelRegistry, ServedModel } from '../../models/served-model.ts';
import { writeInferAnswer } from '../../oip/infer-answer.ts';
import { readInferRequest, readTimeout } from '../../oip/infer-request.ts';
import type { InferBody } from '../../oip/infer-request.ts';
import { readRememberedRequest } from '../../oip/remembered-request.ts';
import type { RequestMemory } from '../../oip/remembered-request.ts';
import { traceStages } from '../../tracing.ts';
import type { RecordUsage } from '../../usage/usage.ts';
import { tenantOf, weightOf } from '../callers.ts';
import type { Caller, Callers } from '../callers.ts';
import type { Lend } from '../lend.ts';
import { createBodyMemory } from './body-memory.ts';
import { createReadBody, takeShared } from './read-body.ts';
import type { BodyDone } from './read-body.ts';

type Deps = {
  registry: ModelRegistry;
  lend: Lend;
  recordUsage: RecordUsage;
  requireQuota: Callers['requireQuota'];
  bodyBytesMax: number;
  /** The longest that an inference may take. */
  timeoutMs: number;
};

/** A model's name, and its version where the address says one. */
export type Address = { name: string; version: string | null };
export type Call = {
  address: Address;
  caller: Caller;
  body: InferBody | undefined;
  /** Aborts when the caller goes away before the answer is out. Asked for where there is time for that. */
  hangUp(): AbortSignal;
  /** Of the requests that come the same way; null where nothing is remembered. */
  memory: RequestMemory | null;
};

/** An inference from its body to its answer, the same whoever routes it. */
export type RunInfer = ReturnType<typeof createRunInfer>;

/** Memory of bodies that is kept for the next ones. */
const keptBytesMin = 32 * 1024 * 1024;

export function createRunInfer({ registry, lend, recordUsage, requireQuota, bodyBytesMax, timeoutMs }: Deps) {
  const present = ({ name, version }: Address): ServedModel | null => registry.peek(name, version);
  const runsHere = (model: ServedModel | null): boolean => model?.engine.placement.kind === 'inline';
  const keptBytesMax = Math.max(keptBytesMin, bodyBytesMax);
  const memory = createBodyMemory((bytes) => new SharedArrayBuffer(bytes), keptBytesMax);
  const readBytes = createReadBody({ bodyBytesMax, memory });

  /** Throws whatever is wrong with the message, what the registry and the engine throw, and SERVICE_UNAVAILABLE unpaid. */
  async function run({ address, caller, body = emptyBody, hangUp, memory: before }: Call) {
    const { name, version } = address;
    // Who runs on this thread is done before anybody could notice that a caller left.
    const ready = present(address);
    const isHere = runsHere(ready);
    const signal = isHere ? undefined : hangUp();
    const startedAt = ready ? null : performance.now();
    // What has to be loaded first has no longer than its caller, who says so in a message that is read twice then.
    using lent =
      ready || !signal
        ? await registry.borrow(name, version, signal)
        : await lend(name, version, signal, leftOf(readTimeout(body), null));
    const { model } = lent;
    const { engine } = model;
    const allocate = isHere ? ownMemory : sharedMemory;
    const asked = before
      ? readRememberedRequest(body, engine, allocate, before)
      : readInferRequest(body, engine, allocate);
    const { inputs, outputs: wanted } = asked;
    const options: RunOptions & { outputs?: readonly string[] | undefined } = {
      tenant: tenantOf(caller),
      weight: weightOf(caller),
      priority: asked.priority,
      timeoutMs: leftOf(asked.timeoutMs, startedAt),
      signal,
      outputs: wanted?.map((each) => each.name),
    };
    const count = rowsOf(model, inputs);
    if (count > 1) await requireQuota(caller, count);
    const answer = await engine.run(inputs, options);
    // Not where it failed: an engine may still be reading what nobody waits for any more.
    if (body.bytes.buffer instanceof SharedArrayBuffer) memory.give(body.bytes.buffer);
    const { body: bytes, jsonLength } = writeInferAnswer(model, asked, engine.outputs, answer.outputs);
    await recordUsage(caller, {
      task: model.config.task,
      model: model.name,
      cached: false,
      count,
    });
    traceStages(answer, { model: model.name });
    return { bytes, headers: headersOf(jsonLength) };
  }

  /** Of a request's time, where it began with waiting for its model. */
  function leftOf(askedMs: number | null, startedAt: number | null): number {
    const limitMs = Math.min(askedMs ?? timeoutMs, timeoutMs);
    return startedAt === null ? limitMs : Math.max(0, limitMs - (performance.now() - startedAt));
  }

  return {
    /** Room for a body of `byteLength` bytes, wherever its model runs: see `readBody`. Holds anything before it is filled. */
    takeMemory: (address: Address, byteLength: number, jsonLength: number): Uint8Array =>
      runsHere(present(address)) ? new Uint8Array(byteLength) : takeShared(memory, byteLength, jsonLength),
    /** Whether the model is ready: nobody has to wait for it to be loaded. */
    isReady: (address: Address): boolean => present(address) !== null,
    readBody(address: Address, request: Pick<IncomingMessage, 'headers'>, payload: IncomingMessage, done: BodyDone) {
      readBytes({ headers: request.headers, isShared: !runsHere(present(address)) }, payload, done);
    },
    run,
  };
}

const headersOf = (jsonLength: number | null): Record<string, string> =>
  jsonLength === null
    ? { 'content-type': 'application/json' }
    : { 'content-type': 'application/octet-stream', 'inference-header-content-length': String(jsonLength) };

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
