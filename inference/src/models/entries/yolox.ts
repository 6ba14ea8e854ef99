import { readFile } from 'node:fs/promises';
import type { CatalogueEntry } from '../catalogue.ts';

type Variant = Pick<CatalogueEntry, 'name' | 'summary' | 'digest' | 'byteSize'> & { side: number };

const release = 'https://github.com/Megvii-BaseDetection/YOLOX/releases/download/0.1.1rc0';

/** The ONNX files that the authors of YOLOX published, as they are. */
export const yolox: readonly CatalogueEntry[] = [
  {
    name: 'yolox-nano',
    side: 416,
    byteSize: 3_659_407,
    digest: 'sha256:c789161ed43c8269fcd4e67c67eeeb4e80c622da2eb296a20bc6007bd18a0b7d',
    summary: 'objects, surer and faster than nanodet-g',
  },
  {
    name: 'yolox-tiny',
    side: 416,
    byteSize: 20_219_662,
    digest: 'sha256:427cc366d34e27ff7a03e2899b5e3671425c262ea2291f88bb942bc1cc70b0f7',
    summary: 'objects, surer than yolox-nano at three times the work',
  },
  {
    name: 'yolox-s',
    side: 640,
    byteSize: 35_858_002,
    digest: 'sha256:c5c2d13e59ae883e6af3b45daea64af4833a4951c92d116ec270d9ddbe998063',
    summary: 'objects, also small ones, for machines with time or a graphics card',
  },
].map(entryOf);

function entryOf({ name, side, byteSize, digest, summary }: Variant): CatalogueEntry {
  const url = `${release}/${name.replace('-', '_')}.onnx`;
  return {
    name,
    version: '1',
    summary,
    source: { kind: 'url', url, digest, byteSize },
    convert: (file) => file('file'),
    digest,
    byteSize,
    beside: {
      'self-test.jpg': () => readFile(new URL('../../../assets/self-test.jpg', import.meta.url)),
    },
    config: {
      task: 'detection',
      licence: 'Apache-2.0 (network and weights, Megvii YOLOX)',
      source: url,
      labels: 'coco-80',
      input: {
        width: side,
        height: side,
        // Neither scaled nor centred: the network was trained on bytes as OpenCV reads them.
        tensor: { kind: 'float32-nchw', channels: 'bgr', mean: [0, 0, 0], std: [1, 1, 1] },
        letterbox: { align: 'top-left', pad: 114 },
      },
      output: { kind: 'yolox', strides: [8, 16, 32] },
      thresholds: { confidence: 0.4, candidate: 0.25, overlap: 0.45 },
      selfTest: { picture: 'self-test.jpg', label: 'person' },
    },
  };
}
