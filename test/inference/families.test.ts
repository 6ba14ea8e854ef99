import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Prediction } from '@sightline/inference/contract';
import { SidecarError } from '@sightline/inference/errors';
import { blobsConfig, blobsOnnx } from '@sightline/inference/models/blobs';
import type { DetectionConfig } from '@sightline/inference/models/model-config';
import { createOnnxGraph } from '@sightline/inference/models/onnx/graph';
import sharp from 'sharp';
import { constantNetwork, serveNetwork } from './constant-network.ts';
import type { Written } from './constant-network.ts';
import { blob, bytesOf, scene } from './pictures.ts';

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

const seen = ({ detections }: Prediction) =>
  detections.map(({ label, confidence, box }) => {
    const rounded = [box.x, box.y, box.width, box.height].map((value) => Number(value.toFixed(3)));
    return [label, Number(confidence.toFixed(4)), ...rounded];
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

/** Writes one box: where the means of its three channels say. */
function meansNetwork(tensor: DetectionConfig['input']['tensor']): Uint8Array {
  const graph = createOnnxGraph('means');
  const isPlanar = tensor.kind === 'float32-nchw';
  const isBytes = tensor.kind === 'uint8-nhwc-rgb';
  graph.input('pixels', isBytes ? 'uint8' : 'float32', isPlanar ? [1, 3, 64, 96] : [1, 64, 96, 3]);
  const [floats] = graph.add('Cast', ['pixels'], { attributes: { to: 1 } });
  const [means] = graph.add('ReduceMean', [floats], { attributes: { axes: isPlanar ? [2, 3] : [1, 2], keepdims: 0 } });
  const [row] = graph.add('Concat', [means, graph.floats([1, 4], [8, 1, 1, 0])], { attributes: { axis: 1 } });
  graph.add('Unsqueeze', [row, graph.ints([1])], { results: ['rows'] });
  graph.output('rows', [1, 1, 7]);
  return graph.encode();
}

const colours = { mean: [0, 10, 5], std: [1, 2, 0.5] } as { mean: [number, number, number]; std: typeof colours.mean };
const tensors: [DetectionConfig['input']['tensor'], number[]][] = [
  [{ kind: 'uint8-nhwc-rgb' }, [40, 30, 20]],
  [{ kind: 'float32-nchw', channels: 'rgb', ...colours }, [40, 10, 30]],
  [{ kind: 'float32-nchw', channels: 'bgr', ...colours }, [20, 10, 70]],
  [{ kind: 'float32-nhwc', channels: 'rgb', ...colours }, [40, 10, 30]],
  [{ kind: 'float32-nhwc', channels: 'bgr', ...colours }, [20, 10, 70]],
];

for (const [tensor, [x = 0, y = 0, width = 0]] of tensors) {
  const name = 'channels' in tensor ? `${tensor.kind} in ${tensor.channels}` : tensor.kind;
  test(`a network that takes ${name} is shown the colours of the picture`, async (t) => {
    const input = { ...inputOf('stretch'), tensor };
    const config = { task: 'detection' as const, labels, input, output: { kind: 'rows' as const }, thresholds };
    const sidecar = await serveNetwork(t, config, meansNetwork(tensor));
    const brown = await bytesOf(
      sharp({ create: { width: 96, height: 64, channels: 3, background: { r: 40, g: 30, b: 20 } } }).png(),
    );
    const [left, right] = [Math.max(0, x - width / 2), Math.min(96, x + width / 2)];
    assert.deepEqual(seen(await sidecar.see(brown)), [['cat', 1, left, y - 4, right - left, 8]]);
  });
}

test('where a network is not shown all of a picture as it is, boxes still are where things are in the picture', async (t) => {
  // Twice as wide as high: squeezed by one, cut to its middle third by the other.
  const wide = await bytesOf(
    scene([blob('red', 260, 60, 90, 120), blob('blue', 20, 20)], { width: 640, height: 320 }).png(),
  );
  const see = async (align: 'stretch' | 'crop') => {
    const { selfTest: _, ...config } = blobsConfig;
    const { input } = config;
    const sidecar = await serveNetwork(
      t,
      { ...config, input: { ...input, letterbox: { align, pad: 0 } } },
      blobsOnnx(),
    );
    return seen(await sidecar.see(wide)).map(([label, , ...box]) => [label, ...box]);
  };
  assert.deepEqual(await see('stretch'), [
    ['red', 260, 60, 90, 120],
    ['blue', 20, 20, 60, 40],
  ]);
  assert.deepEqual(await see('crop'), [['red', 260, 60, 90, 120]]);
});

test('a network that does not write what its config says never counts as ready, and the reason names the output', async (t) => {
  const output = { kind: 'yunet' as const, strides: [16] };
  const config = { task: 'detection' as const, labels, input: inputOf('centre'), output, thresholds };
  const network = constantNetwork(config, { cls_16: rows(24, [0], {}), obj_16: rows(24, [0], {}) });
  await assert.rejects(serveNetwork(t, config, network), (error: unknown) => {
    assert.ok(error instanceof SidecarError);
    return /bbox_16/.test(`${error.message} ${JSON.stringify(error.internal)}`);
  });
});
