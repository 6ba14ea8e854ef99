import { binaryMessage, bytesElements, octets } from './oip-golden.ts';
import type { Golden } from './oip-golden.ts';
import { ab, answered, entry, floats, x, y } from './oip-tensors.ts';

type Request = Pick<Golden, 'headers' | 'body'>;

const sum = '{"name":"sum","datatype":"FP32","shape":[1,2],"data":[11,22]}';
const difference = '{"name":"difference","datatype":"FP32","shape":[1,2],"data":[-9,-18]}';
const inBytes = (name: string, size = 8) =>
  `{"name":"${name}","datatype":"FP32","shape":[1,2],"parameters":{"binary_data_size":${size}}}`;

function good(name: string, path: string, body: object | string, expected: string): Golden {
  return { name, path, body: typeof body === 'string' ? body : JSON.stringify(body), status: 200, expected };
}

/** Bytes in, JSON out. */
const mixed = (name: string, path: string, { headers, body }: Request, expected: string): Golden => ({
  ...{ name, path, body, status: 200, expected },
  ...(headers && { headers }),
});

function goodBinary(name: string, path: string, message: Request, json: string, ...parts: Buffer[]): Golden {
  const { body: expected, jsonLength } = binaryMessage(json, ...parts);
  return { ...message, name, path, status: 200, expected, jsonLength };
}

/** Every form that a request may have. */
export const forms: Golden[] = [
  good(
    'the id comes back',
    'pair/infer',
    { id: 'my "id"', inputs: ab },
    answered('pair', `${sum},${difference}`, '"id":"my \\"id\\"",'),
  ),
  good(
    'an empty id comes back too',
    'pair/infer',
    { id: '', inputs: ab },
    answered('pair', `${sum},${difference}`, '"id":"",'),
  ),
  good('inputs in another order', 'pair/infer', { inputs: ab.toReversed() }, answered('pair', `${sum},${difference}`)),
  good(
    'one of the outputs',
    'pair/infer',
    { inputs: ab, outputs: [{ name: 'difference' }] },
    answered('pair', difference),
  ),
  good(
    'outputs in the order asked for',
    'pair/infer',
    { inputs: ab, outputs: [{ name: 'difference' }, { name: 'sum' }] },
    answered('pair', `${difference},${sum}`),
  ),
  good(
    'an empty list of outputs is all of them',
    'pair/infer',
    { inputs: ab, outputs: [] },
    answered('pair', `${sum},${difference}`),
  ),
  good(
    'what nobody knows is left alone',
    'pair/infer',
    { model_name: 'pair', inputs: ab, parameters: { sequence_id: 7, mine: 'x' } },
    answered('pair', `${sum},${difference}`),
  ),
  good(
    'nested elements',
    'float32/infer',
    x(
      [2, 2],
      [
        [1, 2],
        [3, 4],
      ],
    ),
    answered('float32', y('FP32', '2,2', '"data":[1,2,3,4]')),
  ),
  good(
    'nested texts',
    'string/infer',
    x(
      [2, 2],
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
      'BYTES',
    ),
    answered('string', y('BYTES', '2,2', '"data":["a","b","c","d"]')),
  ),
  good('no rows at all', 'float32/infer', x([0, 2], []), answered('float32', y('FP32', '0,2', '"data":[]'))),
  good(
    'spaces and unknown order of members',
    'float32/infer',
    ' { "inputs" : [ { "data" : [ 1 , 2e0 ] , "shape" : [ 1 , 2 ] , "datatype" : "FP32" , "name" : "x" } ] } ',
    answered('float32', y('FP32', '1,2', '"data":[1,2]')),
  ),
  good(
    'a whole number written as a fraction',
    'int64/infer',
    `{"inputs":[${entry('INT64', '"data":[1.0,2]')}]}`,
    answered('int64', y('INT64', '1,2', '"data":[1,2]')),
  ),
  good(
    'a named version',
    'scale/versions/1/infer',
    x([1, 1], [5]),
    `{"model_name":"scale","model_version":"1","outputs":[${y('FP32', '1,1', '"data":[10]')}]}`,
  ),
  good(
    'another version',
    'scale/versions/2/infer',
    x([1, 1], [5]),
    `{"model_name":"scale","model_version":"2","outputs":[${y('FP32', '1,1', '"data":[15]')}]}`,
  ),
  good(
    'no version is the highest',
    'scale/infer',
    x([1, 1], [5]),
    `{"model_name":"scale","model_version":"2","outputs":[${y('FP32', '1,1', '"data":[15]')}]}`,
  ),
  good(
    'a deadline and a priority',
    'pair/infer',
    { inputs: ab, parameters: { timeout: 5_000_000, priority: 2 } },
    answered('pair', `${sum},${difference}`),
  ),
  goodBinary(
    'two tensors without a gap',
    'pair/infer',
    binaryMessage(
      `{"inputs":[${inBytes('a')},${inBytes('b')}],"parameters":{"binary_data_output":true}}`,
      floats(1, 2),
      floats(10, 20),
    ),
    answered('pair', `${inBytes('sum')},${inBytes('difference')}`),
    floats(11, 22),
    floats(-9, -18),
  ),
  goodBinary(
    'one output as JSON, one in binary',
    'pair/infer',
    binaryMessage({
      inputs: ab,
      outputs: [
        { name: 'sum', parameters: { binary_data: false } },
        { name: 'difference', parameters: { binary_data: true } },
      ],
    }),
    answered('pair', `${sum},${inBytes('difference')}`),
    floats(-9, -18),
  ),
  goodBinary(
    'an output that overrides all',
    'pair/infer',
    binaryMessage({
      inputs: ab,
      outputs: [{ name: 'sum' }, { name: 'difference', parameters: { binary_data: false } }],
      parameters: { binary_data_output: true },
    }),
    answered('pair', `${inBytes('sum')},${difference}`),
    floats(11, 22),
  ),
  mixed(
    'one input as JSON, one in binary',
    'pair/infer',
    binaryMessage(`{"inputs":[${JSON.stringify(ab[0])},${inBytes('b')}]}`, floats(10, 20)),
    answered('pair', `${sum},${difference}`),
  ),
  goodBinary(
    'binary asked for by JSON alone',
    'float32/infer',
    { body: JSON.stringify({ ...x([1, 2], [1, 2]), parameters: { binary_data_output: true } }) },
    answered('float32', y('FP32', '1,2', '"parameters":{"binary_data_size":8}')),
    floats(1, 2),
  ),
  goodBinary(
    'no number and infinity in binary',
    'float32/infer',
    binaryMessage(
      `{"inputs":[${entry('FP32', '"parameters":{"binary_data_size":8}')}],"parameters":{"binary_data_output":true}}`,
      floats(Number.NaN, -Infinity),
    ),
    answered('float32', y('FP32', '1,2', '"parameters":{"binary_data_size":8}')),
    floats(Number.NaN, -Infinity),
  ),
  goodBinary(
    'a raw tensor',
    'float32/infer',
    { headers: { ...octets, 'inference-header-content-length': '0' }, body: floats(1, 2, 3, 4) },
    answered('float32', y('FP32', '2,2', '"parameters":{"binary_data_size":16}')),
    floats(1, 2, 3, 4),
  ),
  goodBinary(
    'a raw text',
    'text/infer',
    { headers: { ...octets, 'inference-header-content-length': '0' }, body: Buffer.from('grüß') },
    answered('text', y('BYTES', '1', '"parameters":{"binary_data_size":10}')),
    bytesElements('grüß'),
  ),
];
