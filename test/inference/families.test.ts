import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DetectionConfig } from '@sightline/inference/models/model-config';
import sharp from 'sharp';
import { constantNetwork, seen, serveNetwork } from './constant-network.ts';
import type { Written } from './constant-network.ts';
import { bytesOf } from './pictures.ts';

/* Whole sidecars with networks that write known numbers: what comes out must be right to the pixel of the picture. */

const labels = ['cat', 'dog'];
const thresholds = { confidence: 0.4, candidate: 0.2, overlap: 0.5 };
/** Shown at half its size: 64 × 64 in an input of 96 × 64, so 16 columns of padding each side when it is centred. */
const picture = () => bytesOf(sharp({ create: { width: 128, height: 128, channels: 3, background: '#808080' } }).png());
const inputOf = (align: 'centre' | 'top-left' | 'stretch'): DetectionConfig['input'] => ({
  width: 96,
  height: 64,
  tensor: { kind: 'uint8-nhwc-rgb' },
  letterbox: { align, pad: 0 },
});

/** `count` rows that say nothing, with some of them replaced. */
function rows(count: number, empty: readonly number[], filled: Record<number, readonly number[]>) {
  return { rows: Array.from({ length: count }, (_, row) => filled[row] ?? empty) };
}

const nothing = Number.NaN;
const softmaxOf = (scores: readonly number[], index: number) =>
  Number((Math.exp(scores[index] ?? 0) / scores.reduce((sum, score) => sum + Math.exp(score), 0)).toFixed(4));
const sigmoidOf = (score: number) => Number((1 / (1 + Math.exp(-score))).toFixed(4));

/** Bins 0 to 3 of which only one is likely. */
const sides = (...bins: number[]) => bins.flatMap((bin) => [0, 1, 2, 3].map((index) => (index === bin ? 99 : 0)));

type Family = {
  name: string;
  align?: 'top-left' | 'stretch';
  output: DetectionConfig['output'];
  written: Written;
  expected: (string | number)[][];
};

const families: Family[] = [
  {
    name: 'NanoDet',
    output: { kind: 'nanodet', strides: [16, 32] },
    written: {
      // 6 × 4 cells of 16 pixels: the one in column 2, row 1 has its centre at 39.5, 23.5; its neighbour sees the same.
      scores16: rows(24, [0, 0], { 8: [0.1, 0.75], 9: [0.1, 0.5], 3: [nothing, 0.3] }),
      sides16: rows(24, sides(0, 0, 0, 0), { 8: sides(1, 1, 1, 2), 9: sides(2, 1, 0, 2) }),
      // 3 × 2 cells of 32 pixels: column 2, row 0, centre 79.5, 15.5. Its right side is in the padding.
      sides32: rows(6, sides(0, 0, 0, 0), { 2: sides(1, 0, 1, 1), 4: [nothing, ...sides(1, 1, 1, 1).slice(1)] }),
      scores32: rows(6, [0, 0], { 2: [0.9, 0], 4: [0.9, 0] }),
    },
    expected: [
      ['cat', 0.9, 63, 31, 65, 64],
      ['dog', 0.75, 15, 15, 64, 96],
    ],
  },
  {
    name: 'YOLOX',
    align: 'top-left',
    output: { kind: 'yolox', strides: [16, 32] },
    written: {
      // 24 cells, then 6.
      output: rows(30, [0, 0, 0, 0, 0, 0, 0], {
        7: [0.5, 0.25, 0, Math.log(2), 0.9, 0.1, 1],
        8: [-0.5, 0.25, 0, Math.log(2), 0.8, 0.1, 1],
        9: [0.5, 0.25, 1_000, 0, 0.9, 1, 0],
        25: [0.5, 0.5, 0, 0, 0.8, 0.75, 0],
      }),
    },
    expected: [
      // Column 1, row 1: centre 24, 20; 16 × 32.
      ['dog', 0.9, 32, 8, 32, 64],
      // Column 1, row 0 of the larger ones: centre 48, 16; 32 × 32.
      ['cat', 0.6, 64, 0, 64, 64],
    ],
  },
  {
    name: 'rows',
    output: { kind: 'rows' },
    written: {
      rows: {
        rows: [
          [40, 20, 10, 20, 1, 0.25, 0.5],
          [41, 20, 10, 20, 0.9, 0.25, 0.5],
          [nothing, 20, 10, 20, 1, 1, 1],
          [60, 40, Infinity, 20, 1, 1, 1],
        ],
      },
    },
    expected: [['dog', 0.5, 38, 20, 20, 40]],
  },
  {
    name: 'YuNet',
    align: 'top-left',
    output: { kind: 'yunet', strides: [16, 32] },
    written: {
      cls_16: rows(24, [0], { 8: [0.81], 9: [1.2], 10: [0.5] }),
      obj_16: rows(24, [0], { 8: [1], 9: [0.25], 10: [nothing] }),
      bbox_16: rows(24, [0, 0, 0, 0], { 8: [0.5, 0.5, 0, Math.log(0.5)], 9: [0.5, 0.5, 0, 0] }),
      kps_16: rows(24, [0, 0], {}),
      cls_32: rows(6, [0], {}),
      obj_32: rows(6, [1], {}),
      bbox_32: rows(6, [0, 0, 0, 0], {}),
    },
    expected: [
      // Column 2, row 1: centre 40, 24; 16 × 8. Its neighbour is surer of the class than anybody can be.
      ['cat', 0.9, 64, 40, 32, 16],
      ['cat', 0.5, 96, 32, 32, 32],
    ],
  },
  {
    name: 'boxes and scores, with a background and fractions of the input',
    align: 'stretch',
    output: {
      kind: 'boxes-scores',
      boxes: 'boxes',
      scores: 'scores',
      format: 'xyxy',
      isNormalized: true,
      hasBackground: true,
      activation: 'softmax',
    },
    written: {
      scores: {
        rows: [
          [0, 1, 3],
          [0, 1, 2.9],
          [3, 0, 1],
          [1, 2, 0],
          [nothing, 5, 5],
        ],
      },
      boxes: {
        rows: [
          [0.25, 0.25, 0.5, 0.75],
          [0.25, 0.25, 0.5, 0.76],
          [0, 0, 1, 1],
          [0.5, 0, 0.75, 0.25],
          [0, 0, 1, 1],
        ],
      },
    },
    expected: [
      ['dog', softmaxOf([0, 1, 3], 2), 32, 32, 32, 64],
      ['cat', softmaxOf([1, 2, 0], 1), 64, 0, 32, 32],
    ],
  },
  {
    name: 'boxes and scores beside numbers of classes',
    output: {
      kind: 'boxes-scores',
      boxes: 'detection_boxes',
      scores: 'detection_scores',
      classes: 'detection_classes',
      format: 'yxyx',
      isNormalized: false,
      hasBackground: true,
      activation: 'none',
    },
    written: {
      detection_boxes: {
        rows: [
          [10, 20, 30, 60],
          [0, 16, 64, 80],
          [5, 5, 6, 6],
        ],
      },
      detection_scores: { rows: [[0.75], [0.5], [0.9]] },
      detection_classes: { classes: [2, 1, 0] },
    },
    expected: [
      ['dog', 0.75, 8, 20, 80, 40],
      ['cat', 0.5, 0, 0, 128, 128],
    ],
  },
  {
    name: 'boxes and scores by centre and by corner',
    output: {
      kind: 'boxes-scores',
      boxes: 'boxes',
      scores: 'scores',
      format: 'cxcywh',
      isNormalized: false,
      hasBackground: false,
      activation: 'sigmoid',
    },
    written: {
      boxes: {
        rows: [
          [40, 20, 10, 20],
          [60, 30, 10, -20],
        ],
      },
      scores: {
        rows: [
          [-1, 2],
          [5, 5],
        ],
      },
    },
    expected: [['dog', sigmoidOf(2), 38, 20, 20, 40]],
  },
  {
    name: 'SSD with offsets in pixels',
    output: {
      kind: 'ssd',
      boxes: 'regressors',
      scores: 'classificators',
      hasBackground: false,
      activation: 'sigmoid',
      offsets: { kind: 'pixels' },
      anchors: [
        {
          stride: 32,
          sizes: [
            [1, 1],
            [1, 1],
          ],
        },
        { stride: 64, sizes: [[1, 1]] },
      ],
    },
    written: {
      // 3 × 2 cells with two anchors each, then 2 × 1: the second of column 1, row 1 is the tenth.
      classificators: rows(14, [-9, -9], { 9: [3, 0], 13: [0, 1], 2: [nothing, -1] }),
      // Two numbers more than a box has, as where there are eyes and noses.
      regressors: rows(14, [0, 0, 9, 9, 7, 7], { 9: [-2, 4, 20, 10, 7, 7], 13: [0, 0, 8, 8, 7, 7] }),
    },
    expected: [
      // Centre of the cell 48, 48.
      ['cat', sigmoidOf(3), 40, 94, 40, 20],
      // Two cells share 96 pixels: the second has its centre at 72, 32.
      ['dog', sigmoidOf(1), 104, 56, 16, 16],
    ],
  },
  {
    name: 'SSD with variances and a background',
    align: 'top-left',
    output: {
      kind: 'ssd',
      boxes: 'boxes',
      scores: 'scores',
      hasBackground: true,
      activation: 'softmax',
      offsets: { kind: 'variances', centre: 0.1, size: 0.2 },
      anchors: [{ stride: 32, sizes: [[0.25, 0.5]] }],
    },
    written: {
      scores: rows(6, [9, 0, 0], { 1: [0, 2, 0], 4: [0, 0, 1.9] }),
      boxes: rows(6, [0, 0, 0, 0], { 1: [-5, -2.5, 0, 5 * Math.log(0.5)], 4: [0, 0, 0, 0] }),
    },
    expected: [
      // Anchor at 48, 16 of 24 × 32: half its width to the left, a quarter of its height up, half as high.
      ['cat', softmaxOf([0, 2, 0], 1), 48, 0, 48, 32],
      ['dog', softmaxOf([0, 0, 1.9], 2), 72, 64, 48, 64],
    ],
  },
];

for (const { name, align, output, written, expected } of families) {
  test(`${name}: what the network writes becomes boxes in pixels of the picture`, async (t) => {
    const input = inputOf(align ?? 'centre');
    const config = { task: 'detection' as const, labels, input, output, thresholds };
    const sidecar = await serveNetwork(t, config, constantNetwork(config, written));
    assert.deepEqual(seen(await sidecar.see(await picture())), expected);
  });
}
