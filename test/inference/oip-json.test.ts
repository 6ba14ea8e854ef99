import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TensorType } from '@sightline/inference/engine/tensors';
import { SidecarError } from '@sightline/inference/errors';
import { parseMessage } from '@sightline/inference/oip/parse-json';
import { readTensors } from '@sightline/inference/oip/read-tensors';

/** The elements of the one input of a message. Throws what reading it throws. */
function elementsOf(json: string, type: TensorType, dims: readonly (number | null)[] = [null]): unknown[] {
  const { inputs } = parseMessage(Buffer.from(json));
  const allocate = (byteLength: number) => new Uint8Array(byteLength);
  const binary = { bytes: new Uint8Array(), at: 0 };
  const { data } = readTensors(inputs, [{ name: 'x', type, dims }], { role: 'input', binary, allocate })['x'] ?? {};
  if (!(data instanceof Uint8Array)) return [...(data ?? [])];
  return [...(type === 'float64' ? new Float64Array(data.buffer) : new BigInt64Array(data.buffer))];
}

const message = (data: string, datatype = 'INT64', count = data.split(',').length) =>
  `{"inputs":[{"name":"x","datatype":"${datatype}","shape":[${count}],"data":[${data}]}],"of":"INT64"}`;
const codeOf = (work: () => unknown) => {
  try {
    work();
    return 'read';
  } catch (error) {
    return error instanceof SidecarError ? error.code : String(error);
  }
};

describe('long whole numbers in JSON', () => {
  test('keep all their digits, wherever spaces are and however many short ones stand beside them', () => {
    const data = ' 9007199254740993 ,1,\n-9223372036854775808\t,9223372036854775807, 1234567890123456';
    assert.deepEqual(elementsOf(message(data), 'int64'), [
      2n ** 53n + 1n,
      1n,
      -(2n ** 63n),
      2n ** 63n - 1n,
      1_234_567_890_123_456n,
    ]);
    const nested = '{"inputs":[{"name":"x","datatype":"INT64","shape":[2,1],"data":[[9007199254740993],[2]]}]}';
    assert.deepEqual(elementsOf(nested, 'int64', [null, 1]), [2n ** 53n + 1n, 2n]);
  });

  test('are numbers among floats too', () => {
    assert.deepEqual(
      elementsOf(message('1234567890123456789,1.1234567890123456', 'FP64'), 'float64'),
      ['1234567890123456789', '1.1234567890123456'].map(Number),
    );
  });

  test('in a text stay what they are', () => {
    const json = '{"id":"[9007199254740993,","a\\\\":"\\",9007199254740993","INT64":"INT64"}';
    const parsed = parseMessage(Buffer.from(json));
    assert.deepEqual(parsed, JSON.parse(json));
  });

  test('are texts nowhere, and texts are no numbers', () => {
    const long = '9007199254740993';
    assert.equal(typeof parseMessage(Buffer.from(`{"id":${long},"of":["INT64"]}`))['id'], 'number');
    assert.equal(
      codeOf(() => elementsOf(message(long, 'BYTES'), 'string')),
      'TENSOR_INVALID',
    );
    for (const text of [`"${long}"`, '"\\u0000abc"', '"\\u0000"']) {
      assert.equal(
        codeOf(() => elementsOf(message(text), 'int64')),
        'TENSOR_INVALID',
        text,
      );
    }
    for (const forged of [`{"a":"\\u0000${long}"}`, `{"a":["\\u0000-${long}"],"b":[${long}],"of":"INT64"}`]) {
      assert.equal(
        codeOf(() => parseMessage(Buffer.from(forged))),
        'INPUT_INVALID',
        forged,
      );
    }
  });

  test('do not make JSON of what is none', () => {
    for (const wrong of ['0000000000000001', '9007199254740993x', '+9007199254740993', '9007199254740993.']) {
      assert.equal(
        codeOf(() => parseMessage(Buffer.from(message(wrong)))),
        'INPUT_INVALID',
        wrong,
      );
    }
  });

  test('are refused where they were rounded: with an exponent, a fraction or too many digits', () => {
    for (const wrong of ['1e18', '9007199254740993.0', '9007199254740993e0', '900719925474099300000']) {
      assert.equal(
        codeOf(() => elementsOf(message(wrong), 'int64')),
        'TENSOR_INVALID',
        wrong,
      );
    }
  });

  test('cost a document no call for each of its values', () => {
    const { parse } = JSON;
    let revivers = 0;
    JSON.parse = (text, reviver) => {
      if (reviver) revivers++;
      return parse(text, reviver);
    };
    try {
      assert.equal(elementsOf(message(`9007199254740993${',1'.repeat(1_000)}`), 'int64').length, 1_001);
    } finally {
      JSON.parse = parse;
    }
    assert.equal(revivers, 0);
  });
});

test('a shape without elements is no way to ask for a giant axis', () => {
  const shaped = (shape: number[], dims: readonly (number | null)[]) =>
    codeOf(() =>
      elementsOf(`{"inputs":[{"name":"x","datatype":"FP64","shape":[${shape.join()}],"data":[]}]}`, 'float64', dims),
    );
  assert.equal(shaped([0, 200_000_000], [null, null]), 'TENSOR_INVALID');
  assert.equal(shaped([65_537, 0], [null, null]), 'TENSOR_INVALID');
  assert.equal(shaped([0, 2 ** 31], [null, 2 ** 31]), 'TENSOR_INVALID', 'beyond 32 bits');
  assert.equal(shaped([0, 65_536], [null, null]), 'read');
  assert.equal(shaped([0, 150_528], [null, 150_528]), 'read', 'the network itself says so');
});
