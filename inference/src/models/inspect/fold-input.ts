import { SidecarError } from '../../errors.ts';
import type { Attribute } from '../onnx/graph.ts';
import { createMessage } from '../onnx/protobuf.ts';
import type { Message } from '../onnx/protobuf.ts';
import type { PictureShape } from './look.ts';
import type { OnnxFacts } from './read-onnx.ts';
import type { Normalization } from './verdict.ts';
import { fieldsOf } from './wire.ts';

type Folding = {
  bytes: Uint8Array;
  facts: Pick<OnnxFacts, 'opset' | 'names'>;
  input: PictureShape;
  normalization: Normalization;
};

/** Before it, Sub and Div do not spread three numbers over a picture. */
const opsetMin = 7;

/**
 * Rewrites an ONNX file whose input is a normalized float picture so that it takes raw pixels: `uint8`, rows of RGB,
 * `[batch, height, width, 3]`. Everything in the file stays as it is, byte for byte, but for its input, which becomes a
 * value that new operators at the front compute. Throws MODEL_INVALID where that cannot be done.
 *
 * Subtracting and dividing cost a fifth of what a 1 × 1 convolution of the same meaning does: ONNX Runtime runs the
 * former at the speed of memory, and three channels are too few for the latter.
 */
export function foldInput({ bytes, facts, input, normalization }: Folding): Uint8Array {
  if (input.type === 'uint8') throw invalid('It takes bytes already: there is nothing to fold.');
  if (facts.opset < opsetMin) throw invalid(`It uses opset ${facts.opset}; folding needs ${opsetMin} or later.`);
  const model = createMessage();
  for (const { number, bytes: content, raw } of fieldsOf(bytes)) {
    if (number === 7) model.bytes(7, foldGraph(content, { facts, input, normalization }));
    else model.raw(raw);
  }
  return model.encode();
}

function foldGraph(graph: Uint8Array, { facts, input, normalization }: Omit<Folding, 'bytes'>): Uint8Array {
  const fresh = (name: string): string => (facts.names.has(name) ? fresh(`${name}_`) : name);
  const pixels = fresh('pixels');
  const folded = createMessage();
  for (const front of frontNodes({ fresh, pixels, input, normalization })) folded.nested(1, front);
  for (const { number, bytes, raw } of fieldsOf(graph)) {
    if (number === 11 && nameOf(bytes) === input.name) folded.nested(11, pixelsInfo(pixels, bytes, input));
    else folded.raw(raw);
  }
  return folded.encode();
}

/** Floats in planes, channels in order, minus mean, divided by deviation: the old input. Steps that do nothing are left out. */
function frontNodes({
  fresh,
  pixels,
  input,
  normalization,
}: Pick<Folding, 'input' | 'normalization'> & { fresh(name: string): string; pixels: string }): Message[] {
  const { mean, std, channels } = normalization;
  const isPlanar = input.layout === 'nchw';
  const dims = isPlanar ? [1, 3, 1, 1] : [1, 1, 1, 3];
  const constants: Message[] = [];
  const constant = (name: string, tensor: Message) => {
    const value = fresh(`pixels_${name}`);
    constants.push(node('Constant', [], value, { value: tensor }));
    return value;
  };
  type Step = { operator: string; operand?: string; attributes?: Record<string, Attribute> };
  const cast: Step = { operator: 'Cast', attributes: { to: float32 } };
  const toPlanes: Step = { operator: 'Transpose', attributes: { perm: [0, 3, 1, 2] } };
  const steps = [cast, ...(isPlanar ? [toPlanes] : [])];
  if (channels === 'bgr') {
    const order = constant('order', tensorOf(int64, [3], BigInt64Array.of(2n, 1n, 0n)));
    const back: Step = { operator: 'Transpose', attributes: { perm: [0, 2, 3, 1] } };
    // Whole planes change places eight times as fast as the bytes of each pixel do, and bytes sooner than floats.
    const swap: Step = { operator: 'Gather', operand: order, attributes: { axis: 1 } };
    steps.splice(0, steps.length, toPlanes, swap, ...(isPlanar ? [] : [back]), cast);
  }
  if (mean.some((value) => value !== 0)) {
    steps.push({ operator: 'Sub', operand: constant('mean', tensorOf(float32, dims, Float32Array.from(mean))) });
  }
  if (std.some((value) => value !== 1)) {
    steps.push({ operator: 'Div', operand: constant('deviation', tensorOf(float32, dims, Float32Array.from(std))) });
  }
  let value = pixels;
  const nodes = steps.map(({ operator, operand, attributes = {} }, index) => {
    const operands = operand === undefined ? [value] : [value, operand];
    value = index === steps.length - 1 ? input.name : fresh(`pixels_${operator.toLowerCase()}_${index}`);
    return node(operator, operands, value, attributes);
  });
  return [...constants, ...nodes];
}

/** Numbers of `TensorProto.DataType`. */
const float32 = 1;
const uint8 = 2;
const int64 = 7;

/** NodeProto. */
function node(
  operator: string,
  operands: readonly string[],
  result: string,
  attributes: Record<string, Attribute | Message>,
): Message {
  const message = createMessage();
  for (const operand of operands) message.text(1, operand);
  message.text(2, result);
  message.text(3, `${result}_front`);
  message.text(4, operator);
  for (const [name, value] of Object.entries(attributes)) {
    const attribute = createMessage();
    attribute.text(1, name);
    if (typeof value === 'number') {
      attribute.int(3, value);
      attribute.int(20, 2);
    } else if (Array.isArray(value)) {
      for (const item of value as readonly number[]) attribute.int(8, item);
      attribute.int(20, 7);
    } else {
      attribute.nested(5, value as Message);
      attribute.int(20, 4);
    }
    message.nested(5, attribute);
  }
  return message;
}

/** TensorProto. */
function tensorOf(type: number, dims: readonly number[], values: Float32Array | BigInt64Array): Message {
  const tensor = createMessage();
  for (const size of dims) tensor.int(1, size);
  tensor.int(2, type);
  tensor.bytes(9, new Uint8Array(values.buffer));
  return tensor;
}

/** ValueInfoProto of the new input; the first dimension is that of the old one, be it a number or a name. */
function pixelsInfo(name: string, old: Uint8Array, { width, height }: PictureShape): Message {
  const shape = createMessage();
  shape.bytes(1, firstDimension(old));
  for (const size of [height, width, 3]) {
    const dimension = createMessage();
    dimension.int(1, size);
    shape.nested(1, dimension);
  }
  const tensor = createMessage();
  tensor.int(1, uint8);
  tensor.nested(2, shape);
  const type = createMessage();
  type.nested(1, tensor);
  const info = createMessage();
  info.text(1, name);
  info.nested(2, type);
  return info;
}

function nameOf(info: Uint8Array): string {
  for (const { number, bytes } of fieldsOf(info)) if (number === 1) return new TextDecoder().decode(bytes);
  return '';
}

/** ValueInfoProto → type (2) → tensor_type (1) → shape (2) → dim (1). */
function firstDimension(info: Uint8Array): Uint8Array {
  let inner = info;
  for (const step of [2, 1, 2, 1]) {
    const found = [...fieldsOf(inner)].find(({ number }) => number === step);
    if (!found) return new Uint8Array();
    inner = found.bytes;
  }
  return inner;
}

const invalid = (message: string) => new SidecarError('MODEL_INVALID', message);
