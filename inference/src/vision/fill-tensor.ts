import type { ModelConfig } from '../models/model-config.ts';

type TensorData =
  | { type: 'uint8'; data: Uint8Array; dims: number[] }
  | { type: 'float32'; data: Float32Array; dims: number[] };

/** Turns letterboxed RGB bytes into what a network's input wants. Reuses its memory: one picture at a time. */
export function createFillTensor({ width, height, tensor }: ModelConfig['input']): (pixels: Uint8Array) => TensorData {
  if (tensor.kind === 'uint8-nhwc-rgb') return (data) => ({ type: 'uint8', data, dims: [1, height, width, 3] });

  const planeSize = width * height;
  const data = new Float32Array(3 * planeSize);
  const dims = [1, 3, height, width];
  const { channels, mean, std } = tensor;
  // A table of 256 values a plane: cheaper than a subtraction and a division a pixel.
  const planes = [0, 1, 2].map((plane) => ({
    source: channels === 'bgr' ? 2 - plane : plane,
    table: Float32Array.from({ length: 256 }, (_, value) => (value - (mean[plane] ?? 0)) / (std[plane] ?? 1)),
    start: plane * planeSize,
  }));
  return (pixels) => {
    for (const { source, table, start } of planes) {
      for (let index = 0, at = source; index < planeSize; index++, at += 3) {
        data[start + index] = table[pixels[at] as number] as number;
      }
    }
    return { type: 'float32', data, dims };
  };
}
