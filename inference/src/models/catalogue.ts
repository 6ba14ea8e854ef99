import type { ConfigDraft } from './config-draft.ts';
import { blobs } from './entries/blobs.ts';
import { faces } from './entries/faces.ts';
import { minilm } from './entries/minilm.ts';
import { nanodetG } from './entries/nanodet-g.ts';
import { resnet50 } from './entries/resnet50.ts';
import { yolox } from './entries/yolox.ts';
import type { Source, TakeFile } from './sources/source.ts';

/** A model that can be had by its name, byte for byte the one that was tried. */
export type CatalogueEntry = {
  name: string;
  version: string;
  /** What it is good for, in a few words. */
  summary: string;
  source: Source;
  /** Makes the ONNX file of what was fetched. The same files give the same bytes, always: see `digest`. */
  convert(file: TakeFile): Uint8Array | Promise<Uint8Array>;
  /** `sha256:<hex>` of what `convert` makes. */
  digest: string;
  /** Of what `convert` makes. */
  byteSize: number;
  /** Other files of the model's folder by name: LICENSE, self-test picture, vocabulary. */
  beside: Record<string, (file: TakeFile) => Uint8Array | string | Promise<Uint8Array | string>>;
  /** The task and all that goes with it; `licence` is an SPDX expression with a word on what it is for. */
  config: ConfigDraft;
};

/** Every entry is pinned by digest. One that cannot be is no entry. */
export const catalogue: readonly CatalogueEntry[] = [nanodetG, ...yolox, faces, resnet50, minilm, blobs];
