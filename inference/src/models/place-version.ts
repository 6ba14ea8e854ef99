import { readFile } from 'node:fs/promises';
import type { ConfigDraft } from './config-draft.ts';
import { modelConfigSchema } from './model-config.ts';
import type { ModelConfig } from './model-config.ts';
import { checkVersion, digestOf, readModelFolder, writeModel } from './model-files.ts';

type Placing = {
  modelsDirectory: string;
  name: string;
  version: string;
  config: ConfigDraft;
  onnx: Uint8Array;
  /** Other files of the model's folder, by name. */
  beside?: Record<string, Uint8Array | string>;
};

export type Placed = {
  digest: string;
  /** Versions that stay beside the new one. */
  kept: string[];
  /** Versions that went: damaged, or of another config, of which a folder has only one. */
  dropped: string[];
};

/** Puts a version into its model's folder, in one step; what is there already stays where it goes on working. */
export async function placeVersion({
  modelsDirectory,
  name,
  version,
  config,
  onnx,
  beside = {},
}: Placing): Promise<Placed> {
  const digest = digestOf(onnx);
  const next = modelConfigSchema.parse({ ...config, digests: { [version]: digest } });
  // A folder that cannot be read has nothing that could go on working.
  const folder = await readModelFolder(modelsDirectory, name).catch(() => null);
  const others = folder?.versions.filter((each) => each !== version) ?? [];
  const files: Record<string, Uint8Array> = {};
  const digests: Record<string, string> = { [version]: digest };
  for (const other of others) {
    if (!folder || !isSameUse(folder.config, next)) break;
    const found = await checkVersion(folder, other).catch(() => null);
    if (!found) continue;
    files[`${other}/model.onnx`] = await readFile(found.modelPath);
    digests[other] = found.digest;
  }
  await writeModel(modelsDirectory, name, {
    ...files,
    [`${version}/model.onnx`]: onnx,
    'config.json': `${JSON.stringify({ ...config, digests }, null, 2)}\n`,
    ...beside,
  });
  const kept = others.filter((each) => digests[each] !== undefined);
  return { digest, kept, dropped: others.filter((each) => digests[each] === undefined) };
}

/** Whether a network made for one config works under the other. */
export function isSameUse(one: ModelConfig, other: ModelConfig): boolean {
  const useOf = (config: ModelConfig) => {
    const { task } = config;
    const { input, output, labels, tokenizer } = config as Partial<
      Record<'input' | 'output' | 'labels' | 'tokenizer', unknown>
    >;
    return JSON.stringify({ task, input, output, labels, tokenizer });
  };
  return useOf(one) === useOf(other);
}
