import { SidecarError } from '../../errors.ts';
import { parseMessage } from '../../oip/parse-json.ts';
import { readTensors } from '../../oip/read-tensors.ts';
import { writeMessage } from '../../oip/write-message.ts';
import type { Message } from '../../oip/write-message.ts';
import type { Tensors } from '../tensors.ts';
import type { RemoteModel } from './describe-remote.ts';
import type { RemoteAnswer } from './transport.ts';

type Question = {
  inputs: Tensors;
  /** Null for all. */
  outputs: readonly string[] | null;
  /** The remote may stop when nobody waits any more. */
  timeoutMs: number;
  priority: 'interactive' | 'batch';
};

/** Priorities start at 1, the highest. */
const batchPriority = 2;

/** Throws TENSOR_INVALID for elements that cannot be said to a server without the binary extension. */
export function writeQuestion({ inputs, isBinary }: RemoteModel, question: Question): Message {
  const { outputs, timeoutMs, priority } = question;
  const tensors = inputs.flatMap(({ name }) => {
    const tensor = question.inputs[name];
    return tensor ? [{ name, tensor, isBinary }] : [];
  });
  const parameters = {
    timeout: Math.max(1, Math.round(timeoutMs * 1_000)),
    ...(isBinary && { binary_data_output: true }),
    ...(priority === 'batch' && { priority: batchPriority }),
  };
  const wanted = outputs ? `"outputs":${JSON.stringify(outputs.map((name) => ({ name })))},` : '';
  return writeMessage('{"inputs":[', tensors, `],${wanted}"parameters":${JSON.stringify(parameters)}}`);
}

/** In the order in which the model lists them. Throws ENGINE_FAILED for what is no answer to `wanted`. */
export function readAnswer({ outputs }: RemoteModel, answer: RemoteAnswer, wanted: readonly string[] | null): Tensors {
  const { body, headers } = answer;
  try {
    const declared = headers['inference-header-content-length'];
    const jsonLength = declared === undefined ? body.byteLength : Number(declared);
    if (!(jsonLength <= body.byteLength)) throw new Error(`${jsonLength} of ${body.byteLength} bytes cannot be JSON.`);
    const json = parseMessage(body.subarray(0, jsonLength));
    const binary = { bytes: body.subarray(jsonLength), at: 0 };
    const allocate = (byteLength: number) => new Uint8Array(byteLength);
    const tensors = readTensors(json['outputs'], outputs, { role: 'output', binary, allocate });
    const named = outputs.filter(({ name }) => wanted?.includes(name) ?? true);
    return Object.fromEntries(
      named.map(({ name }) => {
        const tensor = tensors[name];
        if (!tensor) throw new Error(`There is no output ${name}.`);
        return [name, tensor];
      }),
    );
  } catch (cause) {
    throw new SidecarError('ENGINE_FAILED', 'The server that the model runs on answered what cannot be used.', {
      internal: { reason: String(cause) },
      cause,
    });
  }
}
