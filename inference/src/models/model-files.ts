import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SidecarError } from '../errors.ts';
import { modelConfigSchema } from './model-config.ts';
import type { ModelConfig } from './model-config.ts';

/** A model on disk whose weights were checked against its config. */
export type InstalledModel = {
  name: string;
  version: string;
  /** `sha256:<hex>` of the weights. */
  digest: string;
  /** The folder of the model, where its config is. */
  directory: string;
  modelPath: string;
  config: ModelConfig;
};

/**
 * Reads `<modelsDirectory>/<name>`, highest version first. Null when there is no such folder; throws MODEL_INVALID for
 * a config we cannot read or weights that are not those of the config.
 */
export async function readModel(modelsDirectory: string, name: string): Promise<InstalledModel | null> {
  const directory = join(modelsDirectory, name);
  const invalid = (problem: string) =>
    new SidecarError('MODEL_INVALID', `${join(directory, 'config.json')}: ${problem}`);
  const text = await readFile(join(directory, 'config.json'), 'utf8').catch(ignoreMissing);
  if (text === null) return null;

  const parsed = modelConfigSchema.safeParse(parseJson(text));
  if (!parsed.success) {
    throw invalid(parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'file'}: ${message}`).join('; '));
  }
  const config = parsed.data;
  const version = Object.keys(config.digests).toSorted((a, b) => Number(b) - Number(a))[0];
  const expected = version === undefined ? undefined : config.digests[version];
  if (version === undefined || expected === undefined) throw invalid('digests: names no version');

  const modelPath = join(directory, version, 'model.onnx');
  const weights = await readFile(modelPath).catch(ignoreMissing);
  if (!weights) throw invalid(`version ${version} has no model.onnx`);
  const digest = digestOf(weights);
  if (digest !== expected) throw invalid(`version ${version} is damaged: its digest is ${digest}, not ${expected}`);
  return { name, version, digest, directory, modelPath, config };
}

/**
 * Puts a model's files in place in one step: a reader sees all of it or nothing, and of several writers at once the
 * last one wins without harm, as all of them write the same.
 */
export async function writeModel(
  modelsDirectory: string,
  name: string,
  files: Record<string, string | Uint8Array>,
): Promise<void> {
  const target = join(modelsDirectory, name);
  const staging = join(modelsDirectory, `.${name}-${randomUUID()}`);
  try {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(staging, path)), { recursive: true });
      await writeFile(join(staging, path), content, { flush: true });
    }
    await rename(staging, target).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST' && error.code !== 'EPERM') throw error;
      // A folder cannot be renamed over a full one: the old one steps aside first.
      const aside = join(modelsDirectory, `.${name}-${randomUUID()}`);
      await rename(target, aside).catch(ignoreMissing);
      await rename(staging, target).catch(ignoreTaken);
      await rm(aside, { recursive: true, force: true });
    });
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

export const digestOf = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}

function ignoreTaken(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST' && error.code !== 'EPERM') throw error;
}
