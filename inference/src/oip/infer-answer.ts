import type { Tensors, TensorSpec } from '../engine/tensors.ts';
import type { InferRequest } from './infer-request.ts';
import { writeMessage } from './write-message.ts';
import type { Message, OutgoingTensor } from './write-message.ts';

type Model = { name: string; version: string };

/** Throws TENSOR_INVALID where JSON was asked for and an element has none. */
export function writeInferAnswer(
  { name, version }: Model,
  { id, outputs: wanted, isBinary }: Pick<InferRequest, 'id' | 'outputs' | 'isBinary'>,
  specs: readonly TensorSpec[],
  outputs: Tensors,
): Message {
  const tensors: OutgoingTensor[] = [];
  for (const each of wanted ?? specs) {
    const tensor = outputs[each.name];
    if (!tensor) throw new Error(`The engine gave no output ${each.name}.`);
    tensors.push({ name: each.name, tensor, isBinary: 'isBinary' in each ? each.isBinary : isBinary });
  }
  const echo = id === null ? '' : `"id":${JSON.stringify(id)},`;
  return writeMessage(`{"model_name":"${name}","model_version":"${version}",${echo}"outputs":[`, tensors, ']}');
}
