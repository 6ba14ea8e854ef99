import assert from 'node:assert/strict';
import { errorCodes } from '@sightline/inference/errors';
import type { ErrorCode } from '@sightline/inference/errors';
import { errorsEn } from '@sightline/inference/messages/errors.en';
import { bearer, localToken } from './sidecar.ts';
import type { TestSidecar } from './sidecar.ts';

/** A request and, to the byte, what comes back. */
export type Golden = {
  name: string;
  /** Of the model. */
  path: string;
  headers?: Record<string, string>;
  body: string | Buffer;
  status: number;
  /** The whole body; a refusal's message alone for an error. */
  expected: string | Buffer;
  /** Of a refusal. */
  code?: string;
  /** Bytes of JSON before the tensors of the answer. */
  jsonLength?: number;
};

const requestId = 'golden';
export const octets = { 'content-type': 'application/octet-stream' };

/** A message of JSON and what follows it. */
export function binaryMessage(json: object | string, ...parts: Uint8Array[]) {
  const text = Buffer.from(typeof json === 'string' ? json : JSON.stringify(json));
  const headers = { ...octets, 'inference-header-content-length': String(text.byteLength) };
  return { headers, body: Buffer.concat([text, ...parts]), jsonLength: text.byteLength };
}

/** Each with its length in four bytes before it. */
export function bytesElements(...texts: string[]): Buffer {
  return Buffer.concat(
    texts.flatMap((text) => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(Buffer.byteLength(text));
      return [length, Buffer.from(text)];
    }),
  );
}

export const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);

/** What the protocol's error stands beside, in the order in which it is written. */
function refusalOf(code: string, error: string, answer: Buffer): string {
  const { details } = JSON.parse(answer.toString()) as { details?: object };
  const { hint } = errorsEn[code as ErrorCode];
  const { retryable } = errorCodes[code as ErrorCode];
  const docs = `docs/errors.md#${code.toLowerCase()}`;
  return JSON.stringify({ error, code, requestId, hint, retryable, docs, details });
}

/** Sends it and compares status, headers and every byte. */
export async function holdToGolden({ url }: TestSidecar, golden: Golden): Promise<void> {
  const { path, headers, body, status, expected, code, jsonLength } = golden;
  const response = await fetch(`${url}/v2/models/${path}`, {
    method: 'POST',
    body: typeof body === 'string' ? body : new Uint8Array(body),
    headers: { ...bearer(localToken), 'content-type': 'application/json', 'x-request-id': requestId, ...headers },
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  const wanted = code === undefined ? expected : refusalOf(code, String(expected), bytes);
  assert.equal(bytes.toString('latin1'), Buffer.from(wanted).toString('latin1'), bytes.toString());
  assert.equal(response.status, status);
  const isBinary = jsonLength !== undefined;
  assert.equal(response.headers.get('inference-header-content-length'), isBinary ? String(jsonLength) : null);
  const type = isBinary ? 'application/octet-stream' : 'application/json';
  assert.equal(response.headers.get('content-type')?.split(';')[0], type);
  assert.equal(response.headers.get('content-length'), String(bytes.byteLength));
  assert.equal(response.headers.get('x-request-id'), requestId);
}
