import type { ConfigDraft } from '../config-draft.ts';
import type { ModelConfig, PictureInput } from '../model-config.ts';

type DetectionDraft = Extract<ConfigDraft, { task: 'detection' }>;
type ClassificationDraft = Extract<ConfigDraft, { task: 'classification' }>;

export type Normalization = { channels: 'rgb' | 'bgr'; mean: Triple; std: Triple };
export type Triple = [number, number, number];

/** How pictures are meant to be prepared: no file says so, every family has its habit. */
export type Preparation = { normalization: Normalization; letterbox: PictureInput['letterbox'] };

/** What a family makes of a network. */
export type Verdict = {
  /** The family, as people call it. */
  family: string;
  /** What gave it away. */
  because: string;
  preparation: Preparation;
} & (
  | {
      task: 'detection';
      output: DetectionDraft['output'];
      /** Null where the file does not tell. */
      classCount: number | null;
      thresholds: DetectionDraft['thresholds'];
      /** Of a family that finds one thing only. */
      labels?: string[];
    }
  | { task: 'classification'; output: ClassificationDraft['output']; classCount: number }
  | { task: 'image-embedding'; output: { embedding: string }; length: number }
);

export type Task = ModelConfig['task'];

export const plain: Normalization = { channels: 'rgb', mean: [0, 0, 0], std: [255, 255, 255] };
/** Statistics of ImageNet, as nearly every classifier in PyTorch takes them. */
export const imagenet: Normalization = {
  channels: 'rgb',
  mean: [123.675, 116.28, 103.53],
  std: [58.395, 57.12, 57.375],
};
export const unchanged = (channels: 'rgb' | 'bgr'): Normalization => ({ channels, mean: [0, 0, 0], std: [1, 1, 1] });
/** From -1 to 1. */
export const symmetric: Normalization = { channels: 'rgb', mean: [127.5, 127.5, 127.5], std: [127.5, 127.5, 127.5] };
