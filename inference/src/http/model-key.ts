import type { ServedModel } from '../models/served-model.ts';

/**
 * Names the models of this process apart for whoever remembers their answers: by weights, and by each time they were
 * loaded, as the same weights under another config say something else.
 */
export function createModelKey(): (model: ServedModel) => string | null {
  const keys = new WeakMap<ServedModel, string>();
  let count = 0;
  return (model) => {
    // Nobody tells us when it changes there.
    if (model.config.engine.kind === 'remote') return null;
    const known = keys.get(model);
    if (known !== undefined) return known;
    const key = `${model.digest} ${++count}`;
    keys.set(model, key);
    return key;
  };
}
