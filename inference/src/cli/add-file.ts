import { createHash } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { TensorSpec } from '../engine/tensors.ts';
import { SidecarError } from '../errors.ts';
import type { ConfigDraft } from '../models/config-draft.ts';
import { compareFolded, percent } from '../models/inspect/compare-folded.ts';
import { foldInput } from '../models/inspect/fold-input.ts';
import { inspectFile } from '../models/inspect/inspect.ts';
import type { Inspection } from '../models/inspect/inspect.ts';
import { digestOf, readModelFolder } from '../models/model-files.ts';
import { modelConfigSchema } from '../models/model-config.ts';
import { isSameUse, placeVersion } from '../models/place-version.ts';
import { isModelName } from '../models/registry/model-name.ts';
import type { Added } from './add.ts';
import { UsageError } from './command.ts';
import type { CommandDeps, Options } from './command.ts';
import { dimsAsText } from './format.ts';
import { readOverrides } from './read-overrides.ts';

/** Where it came from, for its config, and what it is called. */
type Origin = { source: string; name: string };

/** Pictures of the repository; an image of the sidecar alone has only the one it tests itself with. */
const samples = new URL('../../../deploy/samples/pictures/', import.meta.url);

/** Adds an ONNX file nobody here has seen before. Throws MODEL_INVALID and UsageError. */
export async function addFile(
  deps: CommandDeps,
  path: string,
  options: Options,
  origin: Origin | null = null,
): Promise<Added> {
  const { modelsDirectory } = deps;
  const { source, name } = origin ?? {
    source: `file:${basename(path)}`,
    name: chooseName(deps, options, basename(path)),
  };
  const inspection = await inspectFile(path, await readOverrides(options));
  const { draft, found, byHand, facts } = inspection;
  const licence = options.licence ?? facts.notes.get('license') ?? facts.notes.get('licence');
  const notes = [
    `ONNX opset ${facts.opset}${facts.producer ? ` from ${facts.producer}` : ''}, ${(facts.parameterCount / 1e6).toFixed(2)} M parameters`,
    `In: ${describe(facts.inputs)}. Out: ${describe(facts.outputs)}.`,
    ...found,
    ...byHand,
    licence === undefined ? 'Licence: unknown, the file does not say; --licence sets it.' : `Licence: ${licence}.`,
  ];

  let config = { ...draft, licence: licence ?? 'unknown', source } as ConfigDraft;
  let onnx = inspection.bytes;
  if (options.fold) {
    const folded = await fold(deps, path, inspection);
    onnx = folded.onnx;
    notes.push(folded.note);
    config = { ...config, ...folded.change, source: `${source}, normalization folded in` } as ConfigDraft;
  } else if ('input' in draft && draft.input.tensor.kind !== 'uint8-nhwc-rgb') {
    notes.push(
      'With --fold its normalization becomes part of the file, checked for equal results: preparing a picture then costs nothing.',
    );
  }

  const version = await versionFor(deps, name, { config, onnx, options });
  const directory = join(modelsDirectory, name);
  const digest = digestOf(onnx);
  if (version === null)
    return {
      name,
      version: await installedVersion(deps, name, digest),
      state: 'already installed',
      directory,
      digest,
      notes: [],
    };
  const { kept, dropped } = await placeVersion({ modelsDirectory, name, version, config, onnx });
  if (kept.length > 0) notes.push(`Version ${kept.join(', ')} stays beside it.`);
  if (dropped.length > 0) notes.push(`Version ${dropped.join(', ')} went: it was damaged or needed another config.`);
  notes.push(`To change any of it: ${join(directory, 'config.json')} (docs/models.md).`);
  return { name, version, state: 'added', directory, digest, notes };
}

/** The next version, or null where the very file is installed. */
async function versionFor(
  { modelsDirectory }: CommandDeps,
  name: string,
  { config, onnx, options }: { config: ConfigDraft; onnx: Uint8Array; options: Options },
): Promise<string | null> {
  const wanted = options.version;
  if (wanted !== undefined && !/^[1-9]\d{0,8}$/.test(wanted))
    throw new UsageError('--version is a whole number from 1.');
  const folder = await readModelFolder(modelsDirectory, name).catch(() => null);
  if (!folder) return wanted ?? '1';
  const digest = digestOf(onnx);
  if (!options.force && Object.values(folder.config.digests).includes(digest)) return null;
  if (options.force) return wanted ?? folder.versions[0] ?? '1';
  const next = modelConfigSchema.parse({ ...config, digests: { 1: digest } });
  if (!isSameUse(folder.config, next)) {
    throw new SidecarError(
      'MODEL_INVALID',
      `${name} is installed with another config (task, input, output or labels), and all versions of a model share one. Give this file another name with --name, or replace what is there with --force.`,
    );
  }
  if (wanted !== undefined && folder.versions.includes(wanted)) {
    throw new SidecarError(
      'MODEL_INVALID',
      `${name} has a version ${wanted} already, which is another file. --force replaces it.`,
    );
  }
  return wanted ?? String(Number(folder.versions[0] ?? 0) + 1);
}

async function installedVersion({ modelsDirectory }: CommandDeps, name: string, digest: string): Promise<string> {
  const folder = await readModelFolder(modelsDirectory, name);
  return Object.entries(folder?.config.digests ?? {}).find(([, each]) => each === digest)?.[0] ?? '?';
}

async function fold({ modelsDirectory, say }: CommandDeps, path: string, { draft, input, bytes, facts }: Inspection) {
  if (!input || !('input' in draft))
    throw new SidecarError(
      'MODEL_INVALID',
      '--fold is for networks that take a picture, which this one was not found to do.',
    );
  const { tensor } = draft.input;
  if (tensor.kind === 'uint8-nhwc-rgb')
    throw new SidecarError('MODEL_INVALID', 'It takes raw pixels already: there is nothing to fold.');
  const onnx = foldInput({ bytes, facts, input, normalization: tensor });
  const foldedPath = join(
    modelsDirectory,
    `.folded-${createHash('sha256').update(onnx).digest('hex').slice(0, 12)}-${process.pid}.onnx`,
  );
  say('Comparing it with normalization folded in…\n');
  try {
    await writeFile(foldedPath, onnx);
    const { pictureCount, difference } = await compareFolded({
      originalPath: path,
      inputName: input.name,
      input: draft.input,
      foldedPath,
      pictureFolders: [samples],
    });
    return {
      onnx,
      change: { input: { ...draft.input, tensor: { kind: 'uint8-nhwc-rgb' as const } } },
      note: `Normalization is part of the file now: on ${pictureCount} pictures its outputs ${difference === 0 ? 'are the same, bit for bit' : `differ by at most ${percent(difference)} of their largest value`}.`,
    };
  } finally {
    await rm(foldedPath, { force: true });
  }
}

/** The first of them: twelve outputs are more than anybody reads. */
function describe(specs: readonly TensorSpec[]): string {
  const shown = specs.slice(0, 3).map(({ name, type, dims }) => `${name} ${type} ${dimsAsText(dims)}`);
  const rest = specs.length - shown.length;
  return `${shown.join(', ') || 'nothing'}${rest > 0 ? ` and ${rest} more` : ''}`;
}

/** The name that was given, or one made of the file's: `YOLOX Nano.onnx` → `yolox-nano`. Throws UsageError. */
export function chooseName({ catalogue }: CommandDeps, { name: given }: Options, fileName: string): string {
  const name =
    given ??
    fileName
      .replace(/\.onnx$/i, '')
      .toLowerCase()
      .replace(/[^a-z0-9._-]+/g, '-')
      .replace(/^[^a-z0-9]+|-+$/g, '')
      .slice(0, 64);
  if (!isModelName(name)) {
    throw new UsageError(
      `'${name}' is no name for a model: lower case letters, digits, . _ and -. Give one with --name.`,
    );
  }
  if (catalogue.some((entry) => entry.name === name)) {
    throw new UsageError(`${name} is a model of the catalogue. Give yours another name with --name.`);
  }
  return name;
}
