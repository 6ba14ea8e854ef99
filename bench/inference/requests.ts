import { encodeRequest } from '../lib/connection.ts';
import type { BenchModel } from './models.ts';

/** Requests of the Open Inference Protocol (version 2) for one sample. */
export type Address = { url: string; headers: Record<string, string> };

const datatypes: Record<string, string> = { float32: 'FP32', uint8: 'UINT8' };
const inferUrl = (url: string, { name }: BenchModel) => `${url}/v2/models/${name}/infer`;

/** Tensors as bytes behind a JSON header, both ways: the binary tensor data extension. */
export function binaryRequest({ url, headers }: Address, model: BenchModel, sample: Uint8Array | Float32Array): Buffer {
  const { byteLength } = sample;
  const json = Buffer.from(
    JSON.stringify({
      inputs: [{ ...inputOf(model), parameters: { binary_data_size: byteLength } }],
      parameters: { binary_data_output: true },
    }),
  );
  return encodeRequest(inferUrl(url, model), {
    method: 'POST',
    headers: {
      ...headers,
      'content-type': 'application/octet-stream',
      'inference-header-content-length': String(json.byteLength),
    },
    body: Buffer.concat([json, bytesOf(sample)]),
  });
}

/** Tensors as numbers. */
export function jsonRequest({ url, headers }: Address, model: BenchModel, sample: Uint8Array | Float32Array): Buffer {
  const body = JSON.stringify({ inputs: [{ ...inputOf(model), data: [...sample] }] });
  return encodeRequest(inferUrl(url, model), {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: Buffer.from(body),
  });
}

/** The tensor of an answer to a binary request. */
export function binaryOutput({ head, body }: { head: string; body: Buffer }): Buffer {
  const length = /\r\ninference-header-content-length: *(\d+)/i.exec(head)?.[1];
  if (length === undefined) throw new Error(`An answer without its tensors as bytes: ${head}`);
  return body.subarray(Number(length));
}

/** The three ways of sending one picture. */
export function pictureRequests({ url, headers }: Address, model: BenchModel, picture: Buffer) {
  const boundary = 'sightline-bench-boundary';
  const head = `--${boundary}\r\ncontent-disposition: form-data; name="image"; filename="picture.jpg"\r\ncontent-type: image/jpeg\r\n\r\n`;
  const post = (type: string, body: Buffer) =>
    encodeRequest(`${url}/predict/${model.name}`, {
      method: 'POST',
      headers: { ...headers, 'content-type': type },
      body,
    });
  return {
    raw: post('image/jpeg', picture),
    multipart: post(
      `multipart/form-data; boundary=${boundary}`,
      Buffer.concat([Buffer.from(head), picture, Buffer.from(`\r\n--${boundary}--\r\n`)]),
    ),
    base64: post('application/json', Buffer.from(JSON.stringify({ image: picture.toString('base64') }))),
  };
}

function inputOf({ input }: BenchModel) {
  return { name: input.name, shape: [1, ...input.dims], datatype: datatypes[input.type] };
}

export const bytesOf = ({ buffer, byteOffset, byteLength }: Uint8Array | Float32Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);
