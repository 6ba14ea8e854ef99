import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SidecarError } from '../errors.ts';
import { modelConfigSchema } from './model-config.ts';
import type { ModelConfig } from './model-config.ts';

/** A version on disk whose weights were checked against its config. */
export type InstalledModel = {
  name: string;
  version: string;
  /** `sha256:<hex>` of the weights; of the config where they are elsewhere. */
  digest: string;
  /** Where the files that the config names are. */
  directory: string;
  /** Names nothing where the model runs elsewhere. */
  modelPath: string;
  config: ModelConfig;
};

/** What a model's folder says of itself; nobody has looked at its weights yet. */
export type ModelFolder = {
  name: string;
  directory: string;
  config: ModelConfig;
  /** Highest first. */
  versions: readonly string[];
  /** Those of them that are to answer, highest first. */
  served: readonly string[];
};

/** Reads `<modelsDirectory>/<name>/config.json`. Null when there is none; throws MODEL_INVALID when it cannot be used. */
export async function readModelFolder(modelsDirectory: string, name: string): Promise<ModelFolder | null> {
  const directory = join(modelsDirectory, name);
  const text = await readFile(join(directory, 'config.json'), 'utf8').catch(ignoreMissing);
  if (text === null) return null;

  const parsed = modelConfigSchema.safeParse(parseJson(text));
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'file'}: ${message}`);
    throw invalid(name, problems.join('; '));
  }
  const config = parsed.data;
  for (const file of filesBeside(config)) {
    if (!/^[^/\\]+$/.test(file) || /^\.*$/.test(file)) throw invalid(name, `'${file}' must be a file beside it`);
  }
  const versions = versionsOf(config);
  const [highest] = versions;
  if (highest === undefined) throw invalid(name, 'digests: names no version');
  const isRemote = config.engine.kind === 'remote';
  const served = config.serve === 'latest' || isRemote ? [highest] : config.serve.toSorted(byVersion);
  const unknown = served.find((version) => !versions.includes(version));
  if (unknown !== undefined) throw invalid(name, `serve: digests names no version ${unknown}`);
  return { name, directory, config, versions, served: [...new Set(served)] };
}

/** Looks at a version's weights. Throws MODEL_INVALID when they are not those of the config. */
export async function checkVersion(
  { name, directory, config }: Pick<ModelFolder, 'name' | 'directory' | 'config'>,
  version: string,
): Promise<InstalledModel> {
  const modelPath = join(directory, version, 'model.onnx');
  if (config.engine.kind === 'remote') {
    const digest = digestOf(Buffer.from(JSON.stringify(config)));
    return { name, version, digest, directory, modelPath, config };
  }
  const expected = config.digests[version];
  if (expected === undefined) throw invalid(name, `digests: names no version ${version}`);
  const digest = await digestOfFile(modelPath).catch(ignoreMissing);
  if (digest === null) throw invalid(name, `version ${version} has no model.onnx`);
  if (digest !== expected) {
    throw invalid(name, `version ${version} is damaged: its digest is ${digest}, not ${expected}`);
  }
  return { name, version, digest, directory, modelPath, config };
}

/**
 * The version that is meant where none is named. Null when there is no such folder; throws MODEL_INVALID for a config we
 * cannot read or weights that are not those of the config.
 */
export async function readModel(modelsDirectory: string, name: string): Promise<InstalledModel | null> {
  const folder = await readModelFolder(modelsDirectory, name);
  const version = folder?.served[0];
  return folder && version !== undefined ? checkVersion(folder, version) : null;
}

/** Files that a config names, beside it. */
export function filesBeside(config: ModelConfig): string[] {
  const names = 'tokenizer' in config ? [config.tokenizer.vocabulary] : [];
  if ('selfTest' in config && config.selfTest) names.push(config.selfTest.picture);
  return names;
}

function versionsOf({ engine, digests }: ModelConfig): string[] {
  if (engine.kind === 'remote') return [engine.version ?? '1'];
  return Object.keys(digests).toSorted(byVersion);
}

/** Highest first. What is no number, as another server may name its versions, comes last. */
export function byVersion(one: string, other: string): number {
  const [a, b] = [Number(one), Number(other)];
  return (Number.isNaN(b) ? -1 : b) - (Number.isNaN(a) ? -1 : a);
}

/** Callers may read it: no folder of this machine is named. */
const invalid = (name: string, problem: string) => new SidecarError('MODEL_INVALID', `${name}/config.json: ${problem}`);

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

/** Reads it piece by piece: weights may be larger than memory has room for twice. */
async function digestOfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path, { highWaterMark: 1024 * 1024 })) hash.update(piece as Buffer);
  return `sha256:${hash.digest('hex')}`;
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
