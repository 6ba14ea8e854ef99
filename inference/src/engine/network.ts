import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import type { EngineSetup } from './engine-protocol.ts';
import { sessionOptions } from './session-options.ts';
import { tensorTypes } from './tensors.ts';
import type { Tensor, Tensors, TensorSpec, TensorType } from './tensors.ts';

/** A network in memory. Runs block the thread they are on for as long as they take. */
export type Network = {
  inputs: readonly TensorSpec[];
  outputs: readonly TensorSpec[];
  /** The execution provider that took it. */
  provider: string;
  /** `inputs` must not lie in shared memory, and has to stay as it is until the run is over. */
  run(inputs: Tensors, outputs?: readonly string[] | null): Promise<Tensors>;
  /** On the thread that opened it: nowhere else does the runtime give the memory back. */
  release(): Promise<void>;
};

type Options = Pick<EngineSetup, 'modelPath' | 'intraThreads' | 'isSpinning' | 'providers'>;

/** Loads a network with the first provider that takes it. Throws what the runtime says of a file it cannot use. */
export async function openNetwork({ modelPath, providers, ...options }: Options): Promise<Network> {
  const { session, provider } = await createSession(modelPath, [...new Set([...providers, 'cpu'])], options);
  const inputs = session.inputMetadata.map(specOf);
  const outputs = session.outputMetadata.map(specOf);
  return {
    inputs,
    outputs,
    provider,
    async run(given, wanted = null) {
      const feeds: Record<string, OrtTensor> = {};
      for (const name in given) feeds[name] = toRuntime(given[name] as Tensor);
      const found = wanted === null ? await session.run(feeds) : await session.run(feeds, wanted);
      const answers: Tensors = {};
      for (const name in found) answers[name] = fromRuntime(found[name] as OrtTensor);
      return answers;
    },
    release: () => session.release(),
  };
}

async function createSession(
  modelPath: string,
  providers: readonly string[],
  options: Omit<Options, 'modelPath' | 'providers'>,
) {
  for (const provider of providers) {
    const isLast = provider === providers.at(-1);
    try {
      const session = await InferenceSession.create(modelPath, {
        ...sessionOptions(options),
        executionProviders: [provider],
      });
      return { session, provider };
    } catch (error) {
      // A provider that is not here, or not for this network: the next one may be.
      if (isLast) throw error;
    }
  }
  throw new Error('No execution provider is configured.');
}

function specOf(metadata: InferenceSession.ValueMetadata): TensorSpec {
  const { name } = metadata;
  if (!metadata.isTensor) throw new Error(`${name} is not a tensor.`);
  if (!isTensorType(metadata.type)) throw new Error(`${name} has elements of type ${metadata.type}.`);
  const dims = metadata.shape.map((size) => (typeof size === 'number' && size >= 0 ? size : null));
  return { name, type: metadata.type, dims };
}

const isTensorType = (type: string): type is TensorType => (tensorTypes as readonly string[]).includes(type);

const views = {
  ...{ bool: Uint8Array, uint8: Uint8Array, int8: Int8Array, uint16: Uint16Array, int16: Int16Array },
  ...{ uint32: Uint32Array, int32: Int32Array, uint64: BigUint64Array, int64: BigInt64Array },
  ...{ float16: Uint16Array, float32: Float32Array, float64: Float64Array },
} as const;

function toRuntime({ type, dims, data }: Tensor): OrtTensor {
  if (type === 'string' || !(data instanceof Uint8Array)) return new OrtTensor('string', data as string[], dims);
  const View = views[type];
  // Typed views need bytes that start where an element may start.
  const { buffer, byteOffset, byteLength } = byteOffsetFits(data, View.BYTES_PER_ELEMENT) ? data : data.slice();
  const elements = new View(buffer as ArrayBuffer, byteOffset, byteLength / View.BYTES_PER_ELEMENT);
  // The type and its view go together; the overloads cannot tell.
  const tensor = new OrtTensor(type as 'float32', elements as Float32Array, dims);
  // It keeps half floats in a Float16Array wherever there is such a thing, and its native side finds that one empty.
  if (type === 'float16') Object.defineProperty(tensor, 'data', { value: elements });
  return tensor;
}

const byteOffsetFits = ({ byteOffset }: Uint8Array, size: number) => byteOffset % size === 0;

function fromRuntime({ type, dims, data }: OrtTensor): Tensor {
  if (!isTensorType(type)) throw new TypeError(`The network answers elements of type ${type}.`);
  if (Array.isArray(data)) return { type, dims, data };
  const { buffer, byteOffset, byteLength } = data as Uint8Array;
  return { type, dims, data: new Uint8Array(buffer, byteOffset, byteLength) };
}
