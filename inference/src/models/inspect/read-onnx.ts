import { SidecarError } from '../../errors.ts';
import type { TensorSpec, TensorType } from '../../engine/tensors.ts';
import { damaged, fieldsOf, textOf } from './wire.ts';
import type { Field } from './wire.ts';

/** What an ONNX file says of itself. No weights are copied. */
export type OnnxFacts = {
  irVersion: number;
  /** Version of the standard operators. */
  opset: number;
  /** The program that wrote it, as `name version`; empty where it does not say. */
  producer: string;
  inputs: readonly TensorSpec[];
  outputs: readonly TensorSpec[];
  /** Operators in the order of the graph: by that a family shows itself where shapes leave it open. */
  operators: readonly string[];
  /** The operator that makes each output, by the output's name. */
  madeBy: ReadonlyMap<string, string>;
  /** Every name that a value has in the graph. */
  names: ReadonlySet<string>;
  parameterCount: number;
  /** What its maker wrote beside it, such as a licence. */
  notes: ReadonlyMap<string, string>;
};

/** By their numbers in `TensorProto.DataType`; what is missing is nothing that the runtime takes. */
const types: Record<number, TensorType> = {
  ...{ 1: 'float32', 2: 'uint8', 3: 'int8', 4: 'uint16', 5: 'int16', 6: 'int32', 7: 'int64', 8: 'string', 9: 'bool' },
  ...{ 10: 'float16', 11: 'float64', 12: 'uint32', 13: 'uint64' },
};

const nodesMax = 1_000_000;
const valuesMax = 1_000;
const rankMax = 16;
/** Graphs within graphs: bodies of loops and branches. */
const depthMax = 12;

/**
 * Reads a ModelProto (field numbers as in onnx.proto). Throws MODEL_INVALID for what is none, for weights that lie in
 * other files (which a file from elsewhere must not make us open), and for sizes that no network has.
 */
export function readOnnx(file: Uint8Array): OnnxFacts {
  let irVersion = 0;
  let opset = 0;
  const producer: string[] = [];
  const notes = new Map<string, string>();
  let graph: Uint8Array | null = null;
  for (const { number, value, bytes } of fieldsOf(file)) {
    if (number === 1) irVersion = value;
    else if (number === 2 || number === 3) producer.push(textOf(bytes));
    else if (number === 7) {
      // Parsers merge the two into one that nobody here has seen.
      if (graph) throw damaged('it has two graphs');
      graph = bytes;
    } else if (number === 8) opset = standardVersion(bytes) ?? opset;
    else if (number === 14 && notes.size < valuesMax) addNote(notes, bytes);
    // What it was trained with: two graphs, which nobody runs here.
    else if (number === 20) for (const field of fieldsOf(bytes)) checkGraph(field.bytes, 0);
    else if (number === 25) for (const field of fieldsOf(bytes)) checkFunction(field);
  }
  if (!graph) throw damaged('there is no graph in it');
  const facts = readGraph(graph);
  if (facts.outputs.length === 0) throw damaged('its graph has no outputs');
  if (opset === 0) throw damaged('it names no version of the operators');
  return { irVersion, opset, producer: producer.join(' ').trim(), notes, ...facts };
}

function readGraph(graph: Uint8Array) {
  const inputs: TensorSpec[] = [];
  const outputs: TensorSpec[] = [];
  const operators: string[] = [];
  const names = new Set<string>();
  const weights = new Set<string>();
  const makers = new Map<string, string>();
  let parameterCount = 0;
  for (const { number, bytes } of fieldsOf(graph)) {
    if (number === 1) {
      if (operators.length === nodesMax) throw damaged('it has more than a million operators');
      const node = checkNode(bytes, 0);
      operators.push(node.operator);
      for (const name of node.results) makers.set(name, node.operator);
    } else if (number === 5 || number === 15) {
      const { name, count } = number === 5 ? checkTensor(bytes) : checkSparse(bytes);
      weights.add(name);
      parameterCount += count;
    } else if (number === 11 || number === 12) {
      const list = number === 11 ? inputs : outputs;
      // Old files list every weight among the inputs.
      if (list.length === nodesMax) throw damaged('it has too many inputs');
      list.push(readValue(bytes));
    }
  }
  for (const each of [...weights, ...makers.keys(), ...inputs.map(({ name }) => name)]) names.add(each);
  const given = inputs.filter(({ name }) => !weights.has(name));
  if (given.length > valuesMax || outputs.length > valuesMax) throw damaged('it has too many inputs or outputs');
  const madeBy = new Map(outputs.map(({ name }) => [name, makers.get(name) ?? '']));
  return { inputs: given, outputs, operators, madeBy, names, parameterCount };
}

/** NodeProto. Looks into the tensors and graphs among its attributes. */
function checkNode(node: Uint8Array, depth: number): { operator: string; results: string[] } {
  if (depth > depthMax) throw damaged('graphs in it are nested too deeply');
  let operator = '';
  const results: string[] = [];
  for (const { number, bytes } of fieldsOf(node)) {
    if (number === 2) results.push(textOf(bytes));
    else if (number === 4) operator = textOf(bytes);
    else if (number === 5) for (const field of fieldsOf(bytes)) checkAttribute(field, depth);
  }
  return { operator, results };
}

function checkAttribute({ number, bytes }: Field, depth: number): void {
  if (number === 5 || number === 10) checkTensor(bytes);
  else if (number === 22 || number === 23) checkSparse(bytes);
  else if (number === 6 || number === 11) checkGraph(bytes, depth + 1);
}

/** A GraphProto that is not the model's own, such as the body of a loop or a branch. */
function checkGraph(graph: Uint8Array, depth: number): void {
  for (const { number, bytes } of fieldsOf(graph)) {
    if (number === 1) checkNode(bytes, depth);
    else if (number === 5) checkTensor(bytes);
    else if (number === 15) checkSparse(bytes);
  }
}

/** FunctionProto: its nodes, and the attributes that they have where nobody gives them. */
function checkFunction({ number, bytes }: Field): void {
  if (number === 7) checkNode(bytes, 0);
  else if (number === 11) for (const field of fieldsOf(bytes)) checkAttribute(field, 0);
}

/** SparseTensorProto: a tensor of values, which has its name, and one of where they are. */
function checkSparse(sparse: Uint8Array): { name: string; count: number } {
  let values = { name: '', count: 0 };
  for (const { number, bytes } of fieldsOf(sparse)) {
    if (number === 1) values = checkTensor(bytes);
    else if (number === 2) checkTensor(bytes);
  }
  return values;
}

/** TensorProto: its name and how many elements it says it has. */
function checkTensor(tensor: Uint8Array): { name: string; count: number } {
  let name = '';
  let count = 1;
  for (const { number, value, bytes } of fieldsOf(tensor)) {
    if (number === 1 && bytes.byteLength === 0) count *= value;
    else if (number === 1) for (const size of packed(bytes)) count *= size;
    else if (number === 8) name = textOf(bytes);
    else if (number === 13 || (number === 14 && value === 1)) {
      throw new SidecarError(
        'MODEL_INVALID',
        'Its weights lie in other files, which is not supported. Save it as one file: onnx.save(model, path) in Python does that for models up to 2 GB.',
      );
    }
  }
  return { name, count: Number.isSafeInteger(count) ? count : 0 };
}

/** A repeated varint written in one piece. */
function packed(bytes: Uint8Array): number[] {
  const values: number[] = [];
  let value = 0;
  let factor = 1;
  for (const byte of bytes) {
    value += (byte & 127) * factor;
    factor *= 128;
    if (byte >= 128) continue;
    values.push(value);
    [value, factor] = [0, 1];
    if (values.length > rankMax) throw damaged('a tensor in it has too many dimensions');
  }
  return values;
}

/** ValueInfoProto → its TypeProto.Tensor. */
function readValue(info: Uint8Array): TensorSpec {
  let name = '';
  let tensor: Uint8Array | null = null;
  for (const { number, bytes } of fieldsOf(info)) {
    if (number === 1) name = textOf(bytes);
    else if (number === 2) for (const type of fieldsOf(bytes)) if (type.number === 1) tensor = type.bytes;
  }
  if (!tensor) throw new SidecarError('MODEL_INVALID', `'${name}' is not a tensor. Only tensors go in and out here.`);
  let type: TensorType | undefined;
  const dims: (number | null)[] = [];
  for (const field of fieldsOf(tensor)) {
    if (field.number === 1) type = types[field.value];
    else if (field.number === 2)
      for (const size of fieldsOf(field.bytes)) if (size.number === 1) dims.push(dimension(size.bytes));
  }
  if (!type) throw new SidecarError('MODEL_INVALID', `'${name}' has elements of a kind that is not supported.`);
  if (dims.length > rankMax) throw damaged(`'${name}' has too many dimensions`);
  return { name, type, dims };
}

/** Null where any size goes: it has a name, nothing, or a number that is none. */
function dimension(bytes: Uint8Array): number | null {
  for (const { number, value } of fieldsOf(bytes)) if (number === 1 && value > 0 && value < 2 ** 31) return value;
  return null;
}

function standardVersion(bytes: Uint8Array): number | null {
  let domain = '';
  let version: number | null = null;
  for (const field of fieldsOf(bytes)) {
    if (field.number === 1) domain = textOf(field.bytes);
    else if (field.number === 2) version = field.value;
  }
  return domain === '' || domain === 'ai.onnx' ? version : null;
}

function addNote(notes: Map<string, string>, bytes: Uint8Array): void {
  let key = '';
  for (const field of fieldsOf(bytes)) {
    if (field.number === 1) key = textOf(field.bytes);
    // Some hold whole vocabularies; what is long is nothing to show.
    else if (field.number === 2 && field.bytes.byteLength <= 4_096) notes.set(key, textOf(field.bytes));
  }
}
