import { readFile } from 'node:fs/promises';
import type { CatalogueEntry } from '../catalogue.ts';
import { convertGraphModel } from '../tfjs/convert.ts';

const size = 256;

/** BlazeFace, the network for the camera on the back: faces from a twentieth of the picture's longer side on. */
export const faces: CatalogueEntry = {
  name: 'faces',
  version: '1',
  summary: 'faces, to find or to hide them',
  source: {
    kind: 'npm',
    package: '@vladmandic/human',
    version: '3.3.6',
    integrity: 'sha512-Nr5mPfq1gQ+uKeXY5uM3Fj8UxvF5CEh2s6txM5wRThqaW0mF9huooOuZSrT8hhGho0hGaXLFdAwfD/2+teCv6A==',
    byteSize: 28_615_417,
    files: {
      model: 'package/models/blazeface.json',
      weights: 'package/models/blazeface.bin',
      licence: 'package/LICENSE',
    },
  },
  convert: (file) =>
    convertGraphModel({
      name: 'faces',
      model: JSON.parse(new TextDecoder().decode(file('model'))),
      weights: file('weights'),
      inputSize: size,
      normalization: { channels: 'rgb', mean: [127.5, 127.5, 127.5], std: [127.5, 127.5, 127.5] },
      // A head each for the 16 × 16 × 2 anchors of the fine layer and the 8 × 8 × 6 of the coarse one. Boxes are the first
      // four of 16 numbers; the others are eyes, ears, nose and mouth.
      outputs: {
        boxes: { nodes: ['Identity_2', 'Identity_3'], dims: [1, 896, 16] },
        scores: { nodes: ['Identity', 'Identity_1'], dims: [1, 896, 1] },
      },
    }),
  digest: 'sha256:3414321602e62a9c4292d34baff2f45620edf547e5a8610097732ecae71d3014',
  byteSize: 567_653,
  beside: {
    LICENSE: (file) => file('licence'),
    'self-test.jpg': () => readFile(new URL('../../../assets/self-test.jpg', import.meta.url)),
  },
  config: {
    task: 'detection',
    licence: 'Apache-2.0 (network and weights, MediaPipe BlazeFace), MIT (package)',
    source: 'npm:@vladmandic/human@3.3.6/models/blazeface.json',
    labels: ['face'],
    input: {
      width: size,
      height: size,
      tensor: { kind: 'uint8-nhwc-rgb' },
      letterbox: { align: 'centre', pad: 0 },
    },
    output: {
      kind: 'ssd',
      boxes: 'boxes',
      scores: 'scores',
      hasBackground: false,
      activation: 'sigmoid',
      offsets: { kind: 'pixels' },
      anchors: [
        { stride: 16, sizes: anchorsOf(2) },
        { stride: 32, sizes: anchorsOf(6) },
      ],
    },
    // Faces come out between 0.7 and 0.95, cups and apples at up to 0.7. Where missing one is worse than one too many,
    // ask for `candidate`.
    thresholds: { confidence: 0.7, candidate: 0.5, overlap: 0.3 },
    selfTest: { picture: 'self-test.jpg', label: 'face' },
  },
};

/** All of them as large as the input: this network's offsets do not depend on it. */
function anchorsOf(count: number): [number, number][] {
  return Array.from({ length: count }, () => [1, 1]);
}
