import { readFile, stat } from 'node:fs/promises';
import { openNetwork } from '../../engine/network.ts';
import { SidecarError } from '../../errors.ts';
import { decide, decideTensors } from './decide.ts';
import type { Decision, Overrides } from './decide.ts';
import { pictureShapeOf } from './look.ts';
import type { PictureShape } from './look.ts';
import { observe } from './observe.ts';
import { readOnnx } from './read-onnx.ts';
import type { OnnxFacts } from './read-onnx.ts';

export type Inspection = Decision & {
  facts: OnnxFacts;
  /** How it takes a picture; null when it takes none. */
  input: PictureShape | null;
  bytes: Uint8Array;
};

/** How far a protobuf file can go. */
const fileBytesMax = 2 ** 31 - 1;
/** Where a file leaves width and height open. */
const openSizeDefault = 640;

/**
 * Finds out what an ONNX file is: reads it without trusting it, loads it, runs it once on a known picture and compares
 * with the families that are known here. Throws MODEL_INVALID for a file that cannot be used, and when `overrides` do
 * not fit it.
 */
export async function inspectFile(
  path: string,
  { size, ...overrides }: Overrides & { size?: number | undefined },
): Promise<Inspection> {
  const { size: byteSize } = await stat(path);
  if (byteSize > fileBytesMax)
    throw new SidecarError('MODEL_INVALID', 'The file has more than 2 GB, which no ONNX file has.');
  const bytes = await readFile(path);
  const facts = readOnnx(bytes);
  const network = await openNetwork({ modelPath: path, intraThreads: 1, isSpinning: false, providers: [] }).catch(
    (error: Error) => {
      throw new SidecarError('MODEL_INVALID', `ONNX Runtime does not take it: ${firstLine(error)}`, { cause: error });
    },
  );
  try {
    const shape = pictureShapeOf(facts.inputs, size ?? openSizeDefault);
    const common = { facts, bytes };
    if (typeof shape === 'string') {
      if (overrides.task !== undefined && overrides.task !== 'tensors') {
        throw new SidecarError('MODEL_INVALID', `It cannot be used for ${overrides.task}: ${shape}.`);
      }
      return { ...decideTensors(shape), ...common, input: null };
    }
    if (overrides.task === 'tensors') return { ...decideTensors('you said'), ...common, input: null };
    const outputs = await observe(network, shape, facts).catch((error: Error) => {
      throw new SidecarError(
        'MODEL_INVALID',
        `It does not run on a picture of ${shape.width} × ${shape.height}: ${firstLine(error)}`,
        { cause: error },
      );
    });
    const decision = decide({ facts, input: shape, outputs }, overrides);
    const isOpen = facts.inputs[0]?.dims.slice(1).includes(null);
    if (isOpen && decision.draft.task !== 'tensors') {
      decision.byHand.push(`Input size: ${shape.width} × ${shape.height}; the file takes any (--size sets another).`);
    }
    return { ...decision, ...common, input: decision.draft.task === 'tensors' ? null : shape };
  } finally {
    await network.release();
  }
}

const firstLine = ({ message }: Error) => message.split('\n')[0] ?? message;
