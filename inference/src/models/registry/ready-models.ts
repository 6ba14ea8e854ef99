import type { ModelRegistry, ServedModel } from '../served-model.ts';

/** Every version that answers, those of the default model first. */
export function readyModels(registry: ModelRegistry): ServedModel[] {
  const ready = registry
    .index()
    .filter(({ state }) => state === 'READY')
    .flatMap(({ name, version }) => registry.peek(name, version) ?? []);
  const isDefault = ({ name }: ServedModel) => name === registry.defaultName;
  return [...ready.filter(isDefault), ...ready.filter((model) => !isDefault(model))];
}
