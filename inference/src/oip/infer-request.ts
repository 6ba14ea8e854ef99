import { SidecarError } from '../errors.ts';
import { byteSizeOf } from '../engine/tensors.ts';
import type { Tensors, TensorSpec } from '../engine/tensors.ts';
import { isObject, parseMessage } from './parse-json.ts';
import type { JsonObject } from './parse-json.ts';
import { namesOf, quoted, readTensors, specOf } from './read-tensors.ts';
import type { TensorSource } from './read-tensors.ts';
import { textOf } from './texts.ts';

/** A body as it came. */
export type InferBody = {
  bytes: Uint8Array;
  /** Bytes of JSON at its start. */
  jsonLength: number;
  /** One tensor and nothing else. */
  isRaw: boolean;
};

export type InferRequest = {
  /** The caller's name for it; null without one. */
  id: string | null;
  inputs: Tensors;
  /** Asked for, in this order; null for all. */
  outputs: readonly WantedOutput[] | null;
  /** For outputs that do not say otherwise. */
  isBinary: boolean;
  /** Null where the caller does not say. */
  timeoutMs: number | null;
  priority: 'interactive' | 'batch';
};

export type WantedOutput = { name: string; isBinary: boolean };

export type Specs = { inputs: readonly TensorSpec[]; outputs: readonly TensorSpec[] };

/** Of extensions that are not served: leaving them out silently would answer something else than was asked for. */
const refusedParameters = ['classification', 'shared_memory_region'];

/** Throws INPUT_INVALID and TENSOR_INVALID. */
export function readInferRequest(
  { bytes, jsonLength, isRaw }: InferBody,
  specs: Specs,
  allocate: TensorSource['allocate'],
): InferRequest {
  if (isRaw) return readRaw(bytes, specs);
  const json = parseMessage(bytes.subarray(0, jsonLength));
  const { id, parameters } = json;
  if (id !== undefined && typeof id !== 'string') throw invalid('id: must be a text.');
  if (parameters !== undefined && !isObject(parameters)) throw invalid('parameters: must be an object.');
  const isBinary = flagOf(parameters, 'binary_data_output') ?? false;
  const outputs = json['outputs'] === undefined ? null : wantedOf(json['outputs'], specs.outputs, isBinary);
  const binary = { bytes: bytes.subarray(jsonLength), at: 0 };
  return {
    id: id ?? null,
    outputs,
    isBinary,
    timeoutMs: timeoutOf(parameters),
    priority: priorityOf(parameters),
    inputs: readTensors(json['inputs'], specs.inputs, { role: 'input', binary, allocate }),
  };
}

/** What a request says of its time, before it is known what it is held against. Null as in `InferRequest`. */
export function readTimeout({ bytes, jsonLength, isRaw }: InferBody): number | null {
  if (isRaw) return null;
  const { parameters } = parseMessage(bytes.subarray(0, jsonLength));
  return timeoutOf(isObject(parameters) ? parameters : undefined);
}

function wantedOf(list: unknown, specs: readonly TensorSpec[], isBinaryDefault: boolean): WantedOutput[] | null {
  if (!Array.isArray(list)) throw invalid('outputs: must be a list.');
  const wanted: WantedOutput[] = [];
  for (const entry of list as unknown[]) {
    const name = isObject(entry) ? entry['name'] : undefined;
    const spec = typeof name === 'string' ? specOf(name, specs) : undefined;
    if (!isObject(entry) || !spec) {
      throw new SidecarError('TENSOR_INVALID', `There is no output ${quoted(name)}. It has: ${namesOf(specs)}.`);
    }
    if (wanted.some((each) => each.name === spec.name)) throw invalid(`outputs: '${spec.name}' is there twice.`);
    const { parameters } = entry;
    if (parameters !== undefined && !isObject(parameters)) throw invalid('outputs: parameters must be an object.');
    const refused = refusedParameters.find((parameter) => parameters?.[parameter] !== undefined);
    if (refused) throw invalid(`outputs: the parameter ${refused} belongs to an extension that is not served here.`);
    wanted.push({ name: spec.name, isBinary: flagOf(parameters, 'binary_data') ?? isBinaryDefault });
  }
  // As if the list was not there.
  return wanted.length > 0 ? wanted : null;
}

function flagOf(parameters: JsonObject | undefined, name: string): boolean | undefined {
  const value = parameters?.[name];
  if (value === undefined || typeof value === 'boolean') return value;
  throw invalid(`${name}: must be true or false.`);
}

/** Microseconds; 0 leaves it to the server. */
function timeoutOf(parameters: JsonObject | undefined): number | null {
  const value = parameters?.['timeout'];
  if (value === undefined || value === 0) return null;
  if (Number.isSafeInteger(value) && (value as number) > 0) return (value as number) / 1_000;
  throw invalid('timeout: must be a whole number of microseconds.');
}

/** 1 is the highest and 0 the default; whatever comes after 1 can wait. */
function priorityOf(parameters: JsonObject | undefined): InferRequest['priority'] {
  const value = parameters?.['priority'];
  if (value === undefined) return 'interactive';
  if (Number.isSafeInteger(value) && (value as number) >= 0) return (value as number) > 1 ? 'batch' : 'interactive';
  throw invalid('priority: must be a whole number, 1 for the highest.');
}

/**
 * A body that is nothing but the bytes of the only input: its size says the one size that is open. Where two are, the
 * first is that of a batch, which is one. Texts come one at a time, without their length. Answered in binary.
 */
function readRaw(bytes: Uint8Array, { inputs: [spec, ...others] }: Specs): InferRequest {
  if (!spec || others.length > 0) {
    throw invalid('A body without JSON is for models with one input. Say the length of its JSON in the header.');
  }
  const answer = { id: null, outputs: null, isBinary: true, timeoutMs: null, priority: 'interactive' } as const;
  const { name, type } = spec;
  const refuse = (problem: string) => new SidecarError('TENSOR_INVALID', `The input '${name}' ${problem}`);
  if (type === 'string') {
    const text = textOf(bytes);
    const isOne = spec.dims.length === 1 && (spec.dims[0] ?? 1) === 1;
    if (!isOne || text === null) throw refuse('takes no single UTF-8 text without U+0000.');
    return { ...answer, inputs: { [name]: { type, dims: [1], data: [text] } } };
  }
  const openCount = spec.dims.filter((size) => size === null).length;
  const known = openCount > 1 && spec.dims[0] === null ? [1, ...spec.dims.slice(1)] : spec.dims;
  const knownBytes = known.reduce<number>((product, size) => product * (size ?? 1), byteSizeOf(type));
  const rest = knownBytes === 0 ? 0 : bytes.byteLength / knownBytes;
  const isOpen = known.includes(null);
  if (known.filter((size) => size === null).length > 1 || !Number.isInteger(rest) || (!isOpen && rest !== 1)) {
    throw refuse(`of shape [${spec.dims.map((size) => size ?? -1).join(', ')}] cannot have ${bytes.byteLength} bytes.`);
  }
  if (type === 'bool' && bytes.some((value) => value > 1)) throw refuse('has a byte that is neither 0 nor 1.');
  return { ...answer, inputs: { [name]: { type, dims: known.map((size) => size ?? rest), data: bytes } } };
}

const invalid = (message: string) => new SidecarError('INPUT_INVALID', message);
