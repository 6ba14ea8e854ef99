import type { DataType } from '@sightline/inference/models/onnx/graph';
import { binaryMessage, bytesElements, bytesOf } from './oip-golden.ts';
import type { Golden } from './oip-golden.ts';
import { answered, entry, y } from './oip-tensors.ts';

/** By type of the network: the protocol's name, two elements as JSON writes them, and as bytes. */
export const types: Record<DataType, [datatype: string, json: string, bytes: Buffer]> = {
  bool: ['BOOL', 'true,false', Buffer.from([1, 0])],
  uint8: ['UINT8', '0,255', Buffer.from([0, 255])],
  uint16: ['UINT16', '1,65535', bytesOf(Uint16Array.of(1, 65_535))],
  uint32: ['UINT32', '1,4294967295', bytesOf(Uint32Array.of(1, 4_294_967_295))],
  uint64: [
    'UINT64',
    '9007199254740993,18446744073709551615',
    bytesOf(BigUint64Array.of(2n ** 53n + 1n, 2n ** 64n - 1n)),
  ],
  int8: ['INT8', '-128,127', bytesOf(Int8Array.of(-128, 127))],
  int16: ['INT16', '-32768,32767', bytesOf(Int16Array.of(-32_768, 32_767))],
  int32: ['INT32', '-2147483648,2147483647', bytesOf(Int32Array.of(-2_147_483_648, 2_147_483_647))],
  int64: ['INT64', '-9223372036854775808,9007199254740993', bytesOf(BigInt64Array.of(-(2n ** 63n), 2n ** 53n + 1n))],
  float16: ['FP16', '1.5,-65504', bytesOf(Uint16Array.of(0x3e00, 0xfbff))],
  float32: ['FP32', '1.5,3.4028234663852886e+38', bytesOf(Float32Array.of(1.5, 3.4028234663852886e38))],
  float64: ['FP64', '0.1,-5e-324', bytesOf(Float64Array.of(0.1, -5e-324))],
  string: ['BYTES', '"","a\\"ü€😀"', bytesElements('', 'a"ü€😀')],
};

/** Each type as JSON, in binary, and one way in and the other out. */
export const everyType: Golden[] = Object.entries(types).flatMap(([type, [datatype, json, bytes]]): Golden[] => {
  const path = `${type}/infer`;
  const size = `"parameters":{"binary_data_size":${bytes.byteLength}}`;
  const inJson = `{"inputs":[${entry(datatype, `"data":[${json}]`)}]}`;
  const inBinary = `{"inputs":[${entry(datatype, size)}],"parameters":{"binary_data_output":true}}`;
  const outJson = answered(type, y(datatype, '1,2', `"data":[${json}]`));
  const outBinary = binaryMessage(answered(type, y(datatype, '1,2', size)), bytes);
  const { headers, body } = binaryMessage(inBinary, bytes);
  const { headers: mixedHeaders, body: mixedBody } = binaryMessage(`{"inputs":[${entry(datatype, size)}]}`, bytes);
  return [
    { name: `${datatype} as JSON`, path, body: inJson, status: 200, expected: outJson },
    {
      name: `${datatype} in binary`,
      path,
      headers,
      body,
      status: 200,
      expected: outBinary.body,
      jsonLength: outBinary.jsonLength,
    },
    {
      name: `${datatype} in binary, answered as JSON`,
      path,
      headers: mixedHeaders,
      body: mixedBody,
      status: 200,
      expected: outJson,
    },
  ];
});
