import type { TensorSpec } from '../../engine/tensors.ts';
import type { OnnxFacts } from './read-onnx.ts';

/** An output as a run gave it, or as the file declares it where the network could not be run. */
export type SeenOutput = {
  name: string;
  type: TensorSpec['type'];
  dims: readonly (number | null)[];
  /** Null where it was not run, and for texts. */
  data: Float32Array | null;
  /** The operator that makes it. */
  madeBy: string;
};

/** How the only input could take a picture. */
export type PictureShape = {
  name: string;
  layout: 'nchw' | 'nhwc';
  type: 'float32' | 'uint8';
  width: number;
  height: number;
};

/** Everything there is to tell a family by. */
export type Look = { facts: OnnxFacts; input: PictureShape; outputs: readonly SeenOutput[] };

/** The shape of a picture input, or why it is none. `openSize` stands in where the file leaves width and height open. */
export function pictureShapeOf(inputs: readonly TensorSpec[], openSize: number): PictureShape | string {
  const [input] = inputs;
  if (!input || inputs.length > 1) return `it has ${inputs.length} inputs`;
  const { name, type, dims } = input;
  if (type !== 'float32' && type !== 'uint8') return `its input is ${type}`;
  if (dims.length !== 4) return `its input has ${dims.length} dimensions`;
  if (dims[0] !== null && dims[0] !== 1) return `it takes ${dims[0]} pictures at once`;
  const layout = dims[1] === 3 ? 'nchw' : dims[3] === 3 ? 'nhwc' : null;
  if (layout === null) return 'none of its dimensions is three colours';
  if (type === 'uint8' && layout === 'nchw') return 'it takes bytes in planes';
  const [height, width] = layout === 'nchw' ? dims.slice(2) : dims.slice(1, 3);
  const size = { width: width ?? openSize, height: height ?? openSize };
  if (Math.min(size.width, size.height) < 16 || Math.max(size.width, size.height) > 4_096) {
    return `its input is ${size.width} × ${size.height} pixels`;
  }
  return { name, layout, type, ...size };
}
