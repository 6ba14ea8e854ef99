import { readFile } from 'node:fs/promises';
import type { CatalogueEntry } from '../catalogue.ts';
import { convertGraphModel } from '../tfjs/convert.ts';

const size = 416;

export const nanodetG: CatalogueEntry = {
  name: 'nanodet-g',
  version: '1',
  summary: 'everyday objects, the default',
  source: {
    kind: 'npm',
    package: '@vladmandic/human',
    // Later versions no longer have it.
    version: '1.8.5',
    integrity: 'sha512-kGfKJFmudp1+//+c0tY5+QBjBwdioySiyDXBb0lceIH1IEpBBUMHPB/YY4wkR6n2XMApfzBXnF3OpFpUd5/71g==',
    byteSize: 51_143_388,
    files: {
      model: 'package/models/nanodet.json',
      weights: 'package/models/nanodet.bin',
      licence: 'package/LICENSE',
    },
  },
  convert: (file) =>
    convertGraphModel({
      name: 'nanodet-g',
      model: JSON.parse(new TextDecoder().decode(file('model'))),
      weights: file('weights'),
      inputSize: size,
      // Trained on pictures as OpenCV reads them.
      normalization: { channels: 'bgr', mean: [103.53, 116.28, 123.675], std: [57.375, 57.12, 58.395] },
    }),
  digest: 'sha256:ef15b67dec96510c6ea322666af72f8ee20c5305456b60e51469e6c360cbcade',
  byteSize: 15_176_509,
  beside: {
    LICENSE: (file) => file('licence'),
    'self-test.jpg': () => readFile(new URL('../../../assets/self-test.jpg', import.meta.url)),
  },
  config: {
    task: 'detection',
    licence: 'Apache-2.0 (network and weights, RangiLyu/nanodet), MIT (package)',
    source: 'npm:@vladmandic/human@1.8.5/models/nanodet.json',
    labels: 'coco-80',
    input: {
      width: size,
      height: size,
      tensor: { kind: 'uint8-nhwc-rgb' },
      letterbox: { align: 'centre', pad: 0 },
    },
    output: { kind: 'nanodet', strides: [8, 16, 32] },
    thresholds: { confidence: 0.4, candidate: 0.25, overlap: 0.5 },
    selfTest: { picture: 'self-test.jpg', label: 'person' },
  },
};
