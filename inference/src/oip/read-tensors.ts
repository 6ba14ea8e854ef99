import { SidecarError } from '../errors.ts';
import { byteSizeOf, elementCountOf } from '../engine/tensors.ts';
import type { Tensor, Tensors, TensorSpec, TensorType } from '../engine/tensors.ts';
import { datatypeOf, typeOfDatatype } from './datatypes.ts';
import { createFillElements } from './json-elements.ts';
import { isObject } from './parse-json.ts';
import type { JsonObject } from './parse-json.ts';
import { isText, splitTexts, textOf } from './texts.ts';

/** Runtimes count in 32 bits in places. */
const axisMax = 2 ** 31 - 1;
/**
 * Of an axis that is open, beside one of zero: what has elements is held by the size of the body, but a network that
 * counts along an axis, as those for positions of words do, takes memory for a shape alone.
 */
const emptyAxisMax = 65_536;

/** What follows the JSON: tensors without a gap, in the order in which the JSON lists them. */
export type Binary = { bytes: Uint8Array; /** Read up to here */ at: number };

export type TensorSource = {
  role: 'input' | 'output';
  binary: Binary;
  /** Memory for elements that come as JSON, all zero; aligned for every type. */
  allocate(byteLength: number): Uint8Array;
};

/**
 * The tensors that a request's `inputs` or an answer's `outputs` list. Binary ones are views of what they came in.
 * Throws TENSOR_INVALID for what does not fit `specs`, INPUT_INVALID for what is no list of tensors.
 */
export function readTensors(list: unknown, specs: readonly TensorSpec[], source: TensorSource): Tensors {
  const { role, binary } = source;
  if (!Array.isArray(list)) throw new SidecarError('INPUT_INVALID', `${role}s: must be a list of tensors.`);
  const tensors: Tensors = {};
  for (const entry of list as unknown[]) {
    if (!isObject(entry)) throw new SidecarError('INPUT_INVALID', `${role}s: each must be an object.`);
    const { name } = entry;
    const spec = typeof name === 'string' ? specOf(name, specs) : undefined;
    if (!spec) throw invalid(`There is no ${role} ${quoted(name)}. It has: ${namesOf(specs)}.`);
    if (Object.hasOwn(tensors, spec.name)) throw invalid(`The ${role} '${spec.name}' is there twice.`);
    tensors[spec.name] = readTensor(entry, spec, source);
  }
  if (binary.at !== binary.bytes.byteLength) {
    throw invalid(`${binary.bytes.byteLength - binary.at} bytes follow the last tensor.`);
  }
  return tensors;
}

export function specOf(name: string, specs: readonly TensorSpec[]): TensorSpec | undefined {
  for (const spec of specs) if (spec.name === name) return spec;
  return undefined;
}

export const namesOf = (specs: readonly TensorSpec[]): string => specs.map(({ name }) => name).join(', ');

/** For a message: what a caller sent may be long. */
export const quoted = (value: unknown): string =>
  typeof value === 'string' ? `'${value.length > 100 ? `${value.slice(0, 100)}…` : value}'` : 'without a name';

function readTensor(entry: JsonObject, spec: TensorSpec, { role, binary, allocate }: TensorSource): Tensor {
  const { datatype, data } = entry;
  const { name, type } = spec;
  const refuse = (problem: string) => invalid(`The ${role} '${name}' ${problem}`);
  if (typeOfDatatype(datatype) !== type) throw refuse(`has elements of ${datatypeOf(type)}.`);
  const dims = shapeOf(entry['shape'], spec);
  if (!dims) throw refuse(`must have the shape [${spec.dims.map((size) => size ?? -1).join(', ')}].`);
  const count = elementCountOf(dims);
  if (role === 'input' && count === 0 && dims.some((each, axis) => spec.dims[axis] === null && each > emptyAxisMax)) {
    throw refuse(`of shape [${dims.join(', ')}] has no elements, and an axis longer than ${emptyAxisMax}.`);
  }
  const size = binarySizeOf(entry['parameters']);
  if (size === null || (size !== undefined && data !== undefined)) {
    throw refuse('must have either data or its size as binary_data_size.');
  }
  if (size === undefined) {
    const problem = `of shape [${dims.join(', ')}] takes a list of ${count} elements of ${datatypeOf(type)}, or one as nested as its shape.`;
    if (!Array.isArray(data)) throw refuse(problem);
    const values = data as unknown[];
    // Before any memory is taken for them: the shape is the caller's word.
    if (!isFlat(values, dims) && !isNested(values, dims, 0)) throw refuse(problem);
    const tensor = fromJson(values, { type, dims, count }, allocate);
    if (!tensor) throw refuse(`has an element that is not of ${datatypeOf(type)}.`);
    return tensor;
  }

  const { bytes, at } = binary;
  if (at + size > bytes.byteLength) throw refuse(`has ${size} binary bytes; ${bytes.byteLength - at} are left.`);
  binary.at = at + size;
  const part = new Uint8Array(bytes.buffer, bytes.byteOffset + at, size);
  if (type === 'string') {
    const texts = splitTexts(part, count)?.map(textOf);
    if (!texts) throw refuse(`takes ${count} elements, each after four bytes of its length.`);
    if (!texts.every((text) => text !== null)) throw refuse('has an element that is no UTF-8 text without U+0000.');
    return { type, dims, data: texts };
  }
  if (size !== count * byteSizeOf(type)) {
    throw refuse(`of shape [${dims.join(', ')}] takes ${count * byteSizeOf(type)} bytes, not ${size}.`);
  }
  if (type === 'bool' && part.some((value) => value > 1)) throw refuse('has a byte that is neither 0 nor 1.');
  return { type, dims, data: part };
}

/** Null unless it is a shape that fits. */
function shapeOf(shape: unknown, { dims }: TensorSpec): readonly number[] | null {
  if (!Array.isArray(shape) || shape.length !== dims.length) return null;
  let count = 1;
  for (let axis = 0; axis < dims.length; axis++) {
    const size: unknown = shape[axis];
    if (!Number.isSafeInteger(size) || (size as number) < 0 || (size as number) > axisMax) return null;
    if ((dims[axis] ?? size) !== size) return null;
    count *= size as number;
  }
  return Number.isSafeInteger(count) ? (shape as number[]) : null;
}

/** Undefined where the elements are in the JSON; null where it is no size. */
function binarySizeOf(parameters: unknown): number | null | undefined {
  if (parameters === undefined) return undefined;
  if (!isObject(parameters)) return null;
  const size = parameters['binary_data_size'];
  if (size === undefined) return undefined;
  return Number.isSafeInteger(size) && (size as number) >= 0 ? (size as number) : null;
}

function isFlat(values: readonly unknown[], dims: readonly number[]): boolean {
  return !Array.isArray(values[0]) && values.length === elementCountOf(dims);
}

function isNested(values: readonly unknown[], dims: readonly number[], axis: number): boolean {
  if (values.length !== dims[axis]) return false;
  if (axis === dims.length - 1) return true;
  return values.every((inner) => Array.isArray(inner) && isNested(inner, dims, axis + 1));
}

function fromJson(
  values: readonly unknown[],
  { type, dims, count }: { type: TensorType; dims: readonly number[]; count: number },
  allocate: TensorSource['allocate'],
): Tensor | null {
  const depth = Array.isArray(values[0]) ? dims.length - 1 : 0;
  if (type === 'string') {
    const texts = depth === 0 ? values : (values.flat(depth) as unknown[]);
    return texts.every(isText) ? { type, dims, data: texts } : null;
  }
  const data = allocate(count * byteSizeOf(type));
  const fill = createFillElements(type, data);
  let at = 0;
  function fillFrom(list: readonly unknown[], levels: number): boolean {
    if (levels > 0) return list.every((inner) => fillFrom(inner as unknown[], levels - 1));
    at += list.length;
    return fill(list, at - list.length);
  }
  return fillFrom(values, depth) ? { type, dims, data } : null;
}

const invalid = (message: string) => new SidecarError('TENSOR_INVALID', message);
