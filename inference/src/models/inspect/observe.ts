import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { asFloats } from '../../engine/floats.ts';
import type { Network } from '../../engine/network.ts';
import type { Tensor } from '../../engine/tensors.ts';
import type { PictureShape, SeenOutput } from './look.ts';
import type { OnnxFacts } from './read-onnx.ts';

/** A picture with a person in it, for networks to be tried on. */
export const knownPicture = new URL('../../../assets/self-test.jpg', import.meta.url);

/** The picture as RGB bytes of that size, stretched: what matters is that it is no noise. */
export async function pixelsOf(
  picture: URL,
  { width, height }: { width: number; height: number },
): Promise<Uint8Array> {
  return sharp(fileURLToPath(picture))
    .removeAlpha()
    .toColourspace('srgb')
    .resize(width, height, { fit: 'fill' })
    .raw()
    .toBuffer();
}

/** The picture as the network takes it, brightness from 0 to 1 where it takes floats. */
function tensorOf(pixels: Uint8Array, { layout, type, width, height }: PictureShape): Tensor {
  const dims = layout === 'nchw' ? [1, 3, height, width] : [1, height, width, 3];
  if (type === 'uint8') return { type, dims, data: pixels };
  const plane = width * height;
  const floats = new Float32Array(3 * plane);
  pixels.forEach((value, at) => {
    floats[layout === 'nchw' ? (at % 3) * plane + Math.floor(at / 3) : at] = value / 255;
  });
  return { type, dims, data: new Uint8Array(floats.buffer) };
}

/** Runs the network on a picture: what comes out has sizes and values that the file does not tell. */
export async function observe(network: Network, input: PictureShape, facts: OnnxFacts): Promise<SeenOutput[]> {
  const answers = await network.run({ [input.name]: tensorOf(await pixelsOf(knownPicture, input), input) });
  return facts.outputs.map(({ name, type, dims }) => {
    const answer = answers[name];
    const madeBy = facts.madeBy.get(name) ?? '';
    if (!answer || answer.type === 'string') return { name, type, dims, data: null, madeBy };
    return { name, type: answer.type, dims: answer.dims, data: asFloats(answer), madeBy };
  });
}
