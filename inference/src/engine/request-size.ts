import { SidecarError } from '../errors.ts';
import type { ModelConfig } from '../models/model-config.ts';
import { tokensPerRunMax } from '../text/plan-runs.ts';
import { elementCountOf } from './tensors.ts';
import type { Tensors, TensorSpec } from './tensors.ts';

/** Rows of one request where the model's config says nothing: as many pictures as share a run, or texts as a call takes. */
const usualRowsMax = { pictures: 32, texts: 64, tensors: 1_048_576 };

/**
 * Memory that a network takes grows with the rows of a request, and with the square of a text's length, however few bytes they
 * came in. Throws TENSOR_INVALID for more of either than a model is meant for.
 */
export function createRequireSize(config: ModelConfig, specs: readonly TensorSpec[]): (given: Tensors) => void {
  const rowsMax = config.rowsMax ?? Math.max(config.batching?.sizeMax ?? 1, usualRowsMax[kindOf(config)]);
  const tokensMax =
    config.task === 'text-embedding' ? Math.max(tokensPerRunMax, config.tokenizer.tokensMax) : Number.POSITIVE_INFINITY;
  return (given) => {
    for (const { name, dims: open } of specs) {
      const dims = given[name]?.dims ?? [];
      const rows = open[0] === null ? (dims[0] ?? 1) : 1;
      if (rows > rowsMax) throw tooLarge(`A request takes up to ${rowsMax} rows of '${name}', not ${rows}.`);
      const tokens = elementCountOf(dims);
      if (tokens > tokensMax) throw tooLarge(`A request takes up to ${tokensMax} tokens of '${name}', not ${tokens}.`);
    }
  };
}

function kindOf(config: ModelConfig): keyof typeof usualRowsMax {
  if ('input' in config) return 'pictures';
  return config.task === 'text-embedding' ? 'texts' : 'tensors';
}

const tooLarge = (message: string) => new SidecarError('TENSOR_INVALID', message);
