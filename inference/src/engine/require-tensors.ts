import { SidecarError } from '../errors.ts';
import { byteSizeOf, elementCountOf } from './tensors.ts';
import type { Tensor, Tensors, TensorSpec } from './tensors.ts';

/** Throws TENSOR_INVALID unless `given` is exactly what a network takes. */
export function requireTensors(given: Tensors, specs: readonly TensorSpec[]): void {
  for (const spec of specs) {
    const tensor = given[spec.name];
    if (!tensor) throw invalid(`The input '${spec.name}' is missing.`);
    requireTensor(tensor, spec);
  }
  // One more than the specs name: then one of them is not among them.
  let count = 0;
  for (const name in given) {
    if (++count > specs.length || !Object.hasOwn(given, name)) {
      const unknown = Object.keys(given).find((key) => !specs.some((spec) => spec.name === key));
      throw invalid(`There is no input '${unknown ?? name}'. Inputs: ${specs.map((spec) => spec.name).join(', ')}.`);
    }
  }
}

/** Throws TENSOR_INVALID where outputs are asked for that the network does not have. */
export function requireOutputs(wanted: readonly string[], specs: readonly TensorSpec[]): void {
  for (const name of wanted) {
    if (specs.some((spec) => spec.name === name)) continue;
    throw invalid(`There is no output '${name}'. Outputs: ${specs.map((spec) => spec.name).join(', ')}.`);
  }
}

function requireTensor({ type, dims, data }: Tensor, spec: TensorSpec): void {
  if (type !== spec.type)
    throw invalid(`The input '${spec.name}' must have elements of type ${spec.type}, not ${type}.`);
  const isShape =
    dims.length === spec.dims.length &&
    dims.every((size, axis) => Number.isInteger(size) && size >= 0 && (spec.dims[axis] ?? size) === size);
  if (!isShape) {
    const wanted = spec.dims.map((size) => size ?? -1).join(', ');
    throw invalid(`The input '${spec.name}' must have the shape [${wanted}], not [${dims.join(', ')}].`);
  }
  const count = elementCountOf(dims);
  const expected = data instanceof Uint8Array ? count * byteSizeOf(type as 'uint8') : count;
  const isText = type === 'string';
  if (isText === data instanceof Uint8Array || data.length !== expected) {
    const unit = isText ? 'texts' : 'bytes';
    throw invalid(
      `The input '${spec.name}' of shape [${dims.join(', ')}] takes ${expected} ${unit}, not ${data.length}.`,
    );
  }
}

const invalid = (message: string) => new SidecarError('TENSOR_INVALID', message);
