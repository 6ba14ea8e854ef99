import { copyBytes } from './copy-bytes.ts';
import type { Scratch } from './scratch.ts';
import { byteSizeOf, elementCountOf } from './tensors.ts';
import type { Tensor, Tensors } from './tensors.ts';

/** What runs with others only when this is the same: names, types and every size but the first. */
export function shapeKeyOf(inputs: Tensors, outputs: readonly string[] | null): string {
  let key = outputs === null ? '' : outputs.join(',');
  for (const name in inputs) {
    const { type, dims } = inputs[name] as Tensor;
    key += `|${name}:${type}`;
    for (let axis = 1; axis < dims.length; axis++) key += `,${dims[axis]}`;
  }
  return key;
}

/** The first size, which has to be the same for all inputs of a request that shares a run. Null when it is not. */
export function rowsOf(inputs: Tensors): number | null {
  let rows: number | null = null;
  for (const name in inputs) {
    const first = (inputs[name] as Tensor).dims[0];
    if (first === undefined || first < 1 || (rows !== null && rows !== first)) return null;
    rows = first;
  }
  return rows;
}

/** Joins inputs of the same shape key along the first axis. Copies into `scratch`: shared memory is no input. */
export function stackInputs(parts: readonly Tensors[], scratch: Scratch): Tensors {
  const [first = {}] = parts;
  const stacked: Tensors = {};
  for (const name in first) {
    const tensors = parts.map((part) => part[name] as Tensor);
    stacked[name] = stackTensors(name, tensors, scratch);
  }
  return stacked;
}

function stackTensors(name: string, tensors: readonly Tensor[], scratch: Scratch): Tensor {
  const { type, dims } = tensors[0] as Tensor;
  const rows = tensors.reduce((sum, each) => sum + (each.dims[0] ?? 1), 0);
  const allDims = tensors.length === 1 ? dims : [rows, ...dims.slice(1)];
  if (type === 'string') return { type, dims: allDims, data: tensors.flatMap(({ data }) => data as string[]) };
  const bytes = scratch.take(name, elementCountOf(allDims) * byteSizeOf(type));
  let at = 0;
  for (const { data } of tensors) {
    copyBytes(data as Uint8Array, bytes, at);
    at += data.length;
  }
  return { type, dims: allDims, data: bytes };
}

/** Each request's share of the outputs of a run that `rows` joined. Views, not copies. Throws where there is none. */
export function splitOutputs(outputs: Tensors, rows: readonly number[]): Tensors[] {
  if (rows.length === 1) return [outputs];
  const total = rows.reduce((sum, count) => sum + count, 0);
  const shares = rows.map((): Tensors => ({}));
  for (const name in outputs) {
    const { type, dims, data } = outputs[name] as Tensor;
    if (dims[0] !== total) throw new Error(`The output ${name} has ${dims[0]} rows for ${total}.`);
    const rowLength = data.length / total;
    let row = 0;
    rows.forEach((count, index) => {
      const [start, end] = [row * rowLength, (row + count) * rowLength];
      const part = data instanceof Uint8Array ? data.subarray(start, end) : data.slice(start, end);
      (shares[index] as Tensors)[name] = { type, dims: [count, ...dims.slice(1)], data: part };
      row += count;
    });
  }
  return shares;
}
