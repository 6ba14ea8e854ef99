import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setImmediate as yieldTurn } from 'node:timers/promises';
import type { Engine, RunOptions, RunTimings } from '../engine/engine.ts';
import { SidecarError } from '../errors.ts';
import type { InstalledModel } from '../models/model-files.ts';
import { stackTokens, vectorsOf } from './encode-texts.ts';
import { planRuns } from './plan-runs.ts';
import { createTokenizer } from './tokenizer.ts';

export type Embedded = {
  /** In the order of the texts. */
  vectors: Float32Array[];
  /** With the marks of beginning and end; what was cut off is not in it. */
  tokenCounts: number[];
  timings: RunTimings;
};

/** A model that turns texts into vectors. */
export type TextEncoder = {
  /** Of one call. */
  readonly textsMax: number;
  /** Of one text; what is longer is cut. */
  readonly tokensMax: number;
  /** Throws INPUT_INVALID for no texts and for too many, and what the engine throws. */
  embed(texts: readonly string[], options: RunOptions): Promise<Embedded>;
};

type Deps = {
  model: Pick<InstalledModel, 'directory' | 'config'>;
  engine: Pick<Engine, 'run'>;
  readFile(path: string): Promise<Uint8Array>;
};

const textsMax = 64;
/** Characters that are taken apart in one go: others wait for this thread meanwhile. A few milliseconds at the most. */
const charactersPerTurn = 16_384;

/** Reads the vocabulary. Throws MODEL_INVALID for a model without one, and for one of another task. */
export async function createTextEncoder({ model, engine, readFile }: Deps): Promise<TextEncoder> {
  const { config, directory } = model;
  if (config.task !== 'text-embedding') throw invalid(`The task of the model is ${config.task}, not text-embedding.`);
  const { vocabulary: file, isLowerCase, tokensMax } = config.tokenizer;
  const tokenizer = await open();
  const { embedding } = config.output;

  async function open() {
    try {
      const vocabulary = new TextDecoder('utf-8', { fatal: true }).decode(await readFile(join(directory, file)));
      return createTokenizer({ vocabulary, isLowerCase, tokensMax });
    } catch (error) {
      throw invalid(`${join(directory, file)} is no vocabulary: ${(error as Error).message}`, error);
    }
  }

  /** Throws the reason of an abort. */
  async function tokenize(texts: readonly string[], signal: AbortSignal | undefined): Promise<number[][]> {
    const rows: number[][] = [];
    let inTurn = 0;
    for (const text of texts) {
      if (inTurn > 0 && inTurn + text.length > charactersPerTurn) {
        await yieldTurn();
        signal?.throwIfAborted();
        inTurn = 0;
      }
      rows.push(tokenizer.encode(text));
      inTurn += text.length;
    }
    return rows;
  }

  return {
    textsMax,
    tokensMax,
    async embed(texts, options) {
      requireCount(texts.length);
      const startedAt = performance.now();
      const rows = await tokenize(texts, options.signal);
      const timings = { queueMs: 0, preprocessMs: performance.now() - startedAt, modelMs: 0, postprocessMs: 0 };
      const vectors: Float32Array[] = Array.from({ length: texts.length });
      // One after the other: a caller with many texts takes one place in the queue, not several.
      for (const indices of planRuns(rows.map((row) => row.length))) {
        const inputs = stackTokens(
          indices.map((index) => rows[index] ?? []),
          tokenizer.padding,
        );
        const timeoutMs = Math.max(0, options.timeoutMs - (performance.now() - startedAt));
        const answer = await engine.run(inputs, { ...options, timeoutMs, outputs: [embedding] });
        const found = vectorsOf(answer.outputs, embedding);
        indices.forEach((index, at) => (vectors[index] = found[at] as Float32Array));
        timings.queueMs += answer.queueMs;
        timings.preprocessMs += answer.preprocessMs;
        timings.modelMs += answer.modelMs;
        timings.postprocessMs += answer.postprocessMs;
      }
      return { vectors, tokenCounts: rows.map((row) => row.length), timings };
    },
  };
}

function requireCount(count: number): void {
  if (count >= 1 && count <= textsMax) return;
  throw new SidecarError('INPUT_INVALID', `A call takes 1 to ${textsMax} texts, not ${count}.`);
}

const invalid = (message: string, cause?: unknown) => new SidecarError('MODEL_INVALID', message, { cause });
