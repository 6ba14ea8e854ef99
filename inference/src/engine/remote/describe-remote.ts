import { setTimeout as delay } from 'node:timers/promises';
import { SidecarError } from '../../errors.ts';
import { typeOfDatatype } from '../../oip/datatypes.ts';
import { isObject, parseMessage } from '../../oip/parse-json.ts';
import type { JsonObject } from '../../oip/parse-json.ts';
import type { TensorSpec } from '../tensors.ts';
import { RemoteError } from './transport.ts';
import type { Transport } from './transport.ts';

export type RemoteModel = {
  inputs: readonly TensorSpec[];
  outputs: readonly TensorSpec[];
  /** Whether it takes and gives tensors as bytes. */
  isBinary: boolean;
};

type Deps = {
  transport: Transport;
  path: string;
  timeoutMs: number;
  /** For a server that is still coming up */ waitMs: number;
  /** Nobody needs it any more. */
  signal: AbortSignal;
};

const firstPauseMs = 200;
const lastPauseMs = 2_000;

/**
 * Asks what a model takes and gives, again and again while nobody answers. Throws SERVICE_UNAVAILABLE when that takes too
 * long or is no longer wanted, MODEL_INVALID where the server is there and the model is none that can be used.
 */
export async function describeRemote({ transport, path, timeoutMs, waitMs, signal }: Deps): Promise<RemoteModel> {
  const deadlineAt = performance.now() + waitMs;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, lastPauseMs)) {
    const problem = await tryOnce().catch((error: unknown) => {
      if (error instanceof RemoteError) return error.message;
      throw signal.aborted ? unwanted() : error;
    });
    if (typeof problem !== 'string') return problem;
    if (performance.now() + pauseMs > deadlineAt) {
      throw new SidecarError('SERVICE_UNAVAILABLE', 'The server that the model runs on does not answer.', {
        internal: { problem },
      });
    }
    await delay(pauseMs, undefined, { signal }).catch(() => {
      throw unwanted();
    });
  }

  async function tryOnce(): Promise<RemoteModel | string> {
    const get = (address: string) => transport.call({ method: 'GET', path: address, timeoutMs, signal });
    const answer = await get(path);
    const { status } = answer;
    if (status >= 500 || status === 408 || status === 429) return `it answers ${status}`;
    if (status !== 200) {
      const what = status === 404 ? 'knows no such model' : status < 500 ? `refuses us with ${status}` : '';
      throw new SidecarError('MODEL_INVALID', `The server that the model should run on ${what}.`);
    }
    const { inputs, outputs } = objectOf(answer.body);
    const server = await get('/v2');
    const extensions = server.status === 200 ? objectOf(server.body)['extensions'] : [];
    return {
      inputs: specsOf(inputs),
      outputs: specsOf(outputs),
      isBinary: Array.isArray(extensions) && extensions.includes('binary_tensor_data'),
    };
  }
}

const unwanted = () => new SidecarError('SERVICE_UNAVAILABLE', 'The model is no longer wanted.');

/** Throws MODEL_INVALID. */
function objectOf(body: Buffer): JsonObject {
  try {
    return parseMessage(body);
  } catch (cause) {
    throw invalid('answers no JSON', cause);
  }
}

function specsOf(list: unknown): TensorSpec[] {
  if (!Array.isArray(list) || list.length === 0) throw invalid('does not say what the model takes and gives');
  return list.map((entry: unknown): TensorSpec => {
    const { name, datatype, shape } = isObject(entry) ? entry : {};
    const type = typeOfDatatype(datatype);
    if (typeof name !== 'string' || !Array.isArray(shape)) throw invalid('does not say what the model takes and gives');
    if (!type) throw invalid(`has a tensor '${name}' of ${String(datatype)}, which cannot be used here`);
    return { name, type, dims: shape.map((size: unknown) => (Number(size) >= 0 ? Number(size) : null)) };
  });
}

const invalid = (problem: string, cause?: unknown) =>
  new SidecarError('MODEL_INVALID', `The server that the model should run on ${problem}.`, { cause });
