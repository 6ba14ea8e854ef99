import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { CatalogueEntry } from '@sightline/inference/models/catalogue';
import { blobsConfig } from '@sightline/inference/models/blobs';
import { digestOf } from '@sightline/inference/models/model-files';
import type { TakeFile } from '@sightline/inference/models/sources/source';
import { convertGraphModel } from '@sightline/inference/models/tfjs/convert';

const inputSize = 16;
const constant = (name: string) => ({ name, op: 'Const', attr: { dtype: { type: 'DT_FLOAT' } } });

/** A TensorFlow.js graph of one convolution, as its converter writes them. */
export const tinyGraph = {
  format: 'graph-model',
  signature: {
    inputs: { 'image:0': { name: 'image:0' } },
    outputs: {
      'Identity:0': { name: 'Identity:0', tensorShape: { dim: ['1', '16', '16', '2'].map((size) => ({ size })) } },
    },
  },
  modelTopology: {
    node: [
      { name: 'image', op: 'Placeholder', attr: {} },
      constant('filter'),
      constant('order'),
      { name: 'pixels', op: 'Transpose', input: ['image', 'order'] },
      {
        name: 'conv',
        op: 'Conv2D',
        input: ['pixels', 'filter'],
        attr: {
          padding: { s: Buffer.from('VALID').toString('base64') },
          strides: { list: { i: ['1', '1', '1', '1'] } },
          dilations: { list: { i: ['1', '1', '1', '1'] } },
        },
      },
      { name: 'active', op: 'LeakyRelu', input: ['conv'], attr: { alpha: { f: 0.5 } } },
      { name: 'Identity', op: 'Identity', input: ['active'] },
    ],
  },
  weightsManifest: [
    {
      paths: ['tiny.bin'],
      weights: [
        {
          name: 'filter',
          shape: [1, 1, 3, 2],
          dtype: 'float32',
          quantization: { dtype: 'float16', original_dtype: 'float32' },
        },
        { name: 'order', shape: [4], dtype: 'int32' },
      ],
    },
  ],
};

/** Half floats 1, -1, 0.5, 2, 0, 0.25; then the order 0 2 3 1. */
export const tinyWeights = Buffer.concat([
  Buffer.from(Uint16Array.of(0x3c00, 0xbc00, 0x3800, 0x4000, 0x0000, 0x3400).buffer),
  Buffer.from(Int32Array.of(0, 2, 3, 1).buffer),
]);

const normalization = { channels: 'rgb', mean: [0, 0, 0], std: [1, 1, 1] } as const;

/** A package with that model in it, and the catalogue's word for it. */
export function tinyPackage() {
  const files = {
    'package/package.json': Buffer.from('{}'),
    'package/models/tiny.json': Buffer.from(JSON.stringify(tinyGraph)),
    'package/models/tiny.bin': tinyWeights,
    'package/LICENSE': Buffer.from('MIT'),
    // Something to download for a while.
    'package/models/other.bin': Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 7_919) % 251)),
  };
  const tarball = gzipSync(tar(files));
  const onnx = convertGraphModel({ name: 'tiny', model: tinyGraph, weights: tinyWeights, inputSize, normalization });
  const { selfTest: _, ...config } = blobsConfig;
  return {
    tarball,
    entry: {
      name: 'tiny',
      version: '3',
      summary: 'a model of tests',
      source: {
        kind: 'npm' as const,
        package: '@example/models',
        version: '1.2.3',
        integrity: `sha512-${createHash('sha512').update(tarball).digest('base64')}`,
        byteSize: tarball.length,
        files: { model: 'package/models/tiny.json', weights: 'package/models/tiny.bin', licence: 'package/LICENSE' },
      },
      convert: (file: TakeFile) =>
        convertGraphModel({
          name: 'tiny',
          model: JSON.parse(new TextDecoder().decode(file('model'))),
          weights: file('weights'),
          inputSize,
          normalization,
        }),
      digest: digestOf(onnx),
      byteSize: onnx.byteLength,
      beside: { LICENSE: (file: TakeFile) => file('licence') },
      config: { ...config, input: { ...config.input, width: inputSize, height: inputSize } },
    } satisfies CatalogueEntry,
  };
}

/** A registry that answers each request for the package with the next of `answers`, the last one for good. */
export async function startRegistry(...answers: (Buffer | number)[]) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const answer = answers[Math.min(asked.length, answers.length - 1)] ?? 404;
    asked.push(decodeURIComponent(request.url ?? ''));
    if (typeof answer === 'number') return void response.writeHead(answer).end();
    response.writeHead(200, { 'content-length': answer.length });
    for (let at = 0; at < answer.length; at += 50_000) response.write(answer.subarray(at, at + 50_000));
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    asked,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The oldest tar format: a 512 byte header a file. */
function tar(files: Record<string, Buffer>): Buffer {
  const blocks = Object.entries(files).flatMap(([name, content]) => {
    const header = Buffer.alloc(512);
    header.write(name, 0);
    header.write('0000644\0', 100);
    header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
    header.write('        0', 148);
    header.write('ustar\u000000', 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return [header, content, Buffer.alloc((512 - (content.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1_024)]);
}
