import type { ModelConfig } from '../models/model-config.ts';
import type { Candidate } from '../vision/boxes.ts';

/** What an engine thread is started with. */
export type EngineSetup = {
  modelPath: string;
  config: ModelConfig;
  intraThreads: number;
  isSpinning: boolean;
  delayMs: number;
};

/** To the engine. Pixels travel by transfer, there and back. */
export type EngineRequest =
  | { type: 'detect'; id: number; pixels: ArrayBuffer; confidenceMin: number }
  | { type: 'close' };

export type EngineResult = {
  candidates: Candidate[];
  preprocessMs: number;
  modelMs: number;
  postprocessMs: number;
};

/** From the engine. */
export type EngineReply =
  | { type: 'ready' }
  | { type: 'refused'; message: string }
  | ({ type: 'detected'; id: number; pixels: ArrayBuffer } & EngineResult)
  | { type: 'failed'; id: number; pixels: ArrayBuffer; message: string };
