import { createMessage } from './protobuf.ts';
import type { Message } from './protobuf.ts';

/** Numbers of `TensorProto.DataType` in onnx.proto. */
const dataTypes = {
  ...{ float32: 1, uint8: 2, int8: 3, uint16: 4, int16: 5, int32: 6, int64: 7, string: 8, bool: 9 },
  ...{ float16: 10, float64: 11, uint32: 12, uint64: 13 },
} as const;
export type DataType = keyof typeof dataTypes;
/** The number of a type, for attributes that name one. */
export const dataTypeOf = (type: DataType): number => dataTypes[type];
/** Of a dimension. */
export type Size = number | string;

/** Numbers of `AttributeProto.AttributeType`, and the field that holds each kind of value. */
const attributeTypes = { float: 1, int: 2, text: 3, ints: 7 } as const;

/** An attribute: whole numbers and lists of them are the common case, everything else says what it is. */
export type Attribute = number | readonly number[] | string | { float: number };

/** Opset and file format version that every runtime of the last years reads. */
const opset = 17;
const irVersion = 8;

export type OnnxGraph = ReturnType<typeof createOnnxGraph>;

/** Collects an ONNX graph and encodes it. The same calls always give the same bytes, so files can be told by digest. */
export function createOnnxGraph(name: string) {
  const nodes: Message[] = [];
  const constants: Message[] = [];
  const inputs: Message[] = [];
  const outputs: Message[] = [];
  let counter = 0;
  const fresh = (prefix: string) => `${prefix}_${counter++}`;

  function constant(type: DataType, dims: readonly number[], bytes: Uint8Array): string {
    const value = fresh('const');
    const tensor = createMessage();
    for (const size of dims) tensor.int(1, size);
    tensor.int(2, dataTypes[type]);
    tensor.text(8, value);
    tensor.bytes(9, bytes);
    constants.push(tensor);
    return value;
  }

  return {
    floats: (dims: readonly number[], values: Iterable<number>): string =>
      constant('float32', dims, bytesOf(values instanceof Float32Array ? values : Float32Array.from(values))),
    /** 32 or 16 bits each, little-endian, as they lie in a file of weights. */
    stored: (type: 'float32' | 'float16', dims: readonly number[], bytes: Uint8Array): string =>
      constant(type, dims, bytes),
    /** A vector of whole numbers; `dims` for another shape. */
    ints: (values: readonly number[], dims: readonly number[] = [values.length]): string =>
      constant('int64', dims, bytesOf(BigInt64Array.from(values, BigInt))),

    /** Adds an operator and returns the names of its outputs. An empty input name leaves an optional input out. */
    add(
      operator: string,
      operands: readonly string[],
      { attributes = {}, results }: { attributes?: Record<string, Attribute>; results?: readonly string[] } = {},
    ): [string, ...string[]] {
      const named: readonly string[] = results ?? [fresh(operator)];
      const [first, ...rest] = named;
      if (first === undefined) throw new Error(`${operator} needs an output.`);
      const node = createMessage();
      for (const operand of operands) node.text(1, operand);
      for (const result of named) node.text(2, result);
      node.text(3, fresh(`${operator}_node`));
      node.text(4, operator);
      for (const [key, value] of Object.entries(attributes)) node.nested(5, attribute(key, value));
      nodes.push(node);
      return [first, ...rest];
    },
    /** A size that is a name may be any, and is the same wherever that name stands. */
    input(value: string, type: DataType, dims: readonly Size[]): void {
      inputs.push(valueInfo(value, type, dims));
    },
    output(value: string, dims: readonly Size[], type: DataType = 'float32'): void {
      outputs.push(valueInfo(value, type, dims));
    },
    fresh,

    encode(): Uint8Array {
      const graph = createMessage();
      for (const node of nodes) graph.nested(1, node);
      graph.text(2, name);
      for (const tensor of constants) graph.nested(5, tensor);
      for (const input of inputs) graph.nested(11, input);
      for (const output of outputs) graph.nested(12, output);
      const opsetImport = createMessage();
      opsetImport.text(1, '');
      opsetImport.int(2, opset);
      const model = createMessage();
      model.int(1, irVersion);
      model.text(2, 'sightline');
      model.nested(7, graph);
      model.nested(8, opsetImport);
      return model.encode();
    },
  };
}

function attribute(key: string, value: Attribute): Message {
  const message = createMessage();
  message.text(1, key);
  if (typeof value === 'number') {
    message.int(3, value);
    message.int(20, attributeTypes.int);
  } else if (typeof value === 'string') {
    message.text(4, value);
    message.int(20, attributeTypes.text);
  } else if ('float' in value) {
    message.float(2, value.float);
    message.int(20, attributeTypes.float);
  } else {
    for (const item of value) message.int(8, item);
    message.int(20, attributeTypes.ints);
  }
  return message;
}

function valueInfo(name: string, type: DataType, dims: readonly Size[]): Message {
  const shape = createMessage();
  for (const size of dims) {
    const dimension = createMessage();
    if (typeof size === 'number') dimension.int(1, size);
    else dimension.text(2, size);
    shape.nested(1, dimension);
  }
  const tensor = createMessage();
  tensor.int(1, dataTypes[type]);
  tensor.nested(2, shape);
  const valueType = createMessage();
  valueType.nested(1, tensor);
  const info = createMessage();
  info.text(1, name);
  info.nested(2, valueType);
  return info;
}

const bytesOf = (array: Float32Array | BigInt64Array) =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
