import { SidecarError } from '../errors.ts';
import type { Tensor } from '../engine/tensors.ts';
import { datatypeOf } from './datatypes.ts';
import { jsonOf } from './json-elements.ts';
import { textsByteLength, writeTexts } from './texts.ts';

export type OutgoingTensor = { name: string; tensor: Tensor; /** After the JSON instead of in it */ isBinary: boolean };

export type Message = {
  body: Buffer;
  /** Bytes of JSON at its start; null where there is nothing else. */
  jsonLength: number | null;
};

/**
 * A message whose JSON is `head`, a list of tensors, and `tail`, all in one piece of memory. Throws TENSOR_INVALID where
 * an element has no JSON.
 */
export function writeMessage(head: string, tensors: readonly OutgoingTensor[], tail: string): Message {
  let json = head;
  let binaryLength = 0;
  let hasBinary = false;
  for (const [index, { name, tensor, isBinary }] of tensors.entries()) {
    if (index > 0) json += ',';
    const { type, dims } = tensor;
    json += `{"name":${JSON.stringify(name)},"datatype":"${datatypeOf(type)}","shape":[${dims.join()}],`;
    if (isBinary) {
      const length = byteLengthOf(tensor);
      hasBinary = true;
      binaryLength += length;
      json += `"parameters":{"binary_data_size":${length}}}`;
    } else json += `"data":${requireJson(name, tensor)}}`;
  }
  json += tail;
  if (!hasBinary) return { body: Buffer.from(json), jsonLength: null };
  const jsonLength = Buffer.byteLength(json);
  const body = Buffer.allocUnsafe(jsonLength + binaryLength);
  body.write(json, 0);
  let at = jsonLength;
  for (const { tensor, isBinary } of tensors) {
    if (!isBinary) continue;
    const { data } = tensor;
    if (data instanceof Uint8Array) body.set(data, at);
    else writeTexts(data, body, at);
    at += byteLengthOf(tensor);
  }
  return { body, jsonLength };
}

const byteLengthOf = ({ data }: Tensor): number =>
  data instanceof Uint8Array ? data.byteLength : textsByteLength(data);

function requireJson(name: string, tensor: Tensor): string {
  const text = jsonOf(tensor);
  if (text !== null) return text;
  throw new SidecarError(
    'TENSOR_INVALID',
    `'${name}' holds an element that is infinite or no number, which JSON cannot say. Ask for it in binary: binary_data.`,
  );
}
