import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, readdir, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../..', import.meta.url));
const tsc = join(root, 'node_modules/typescript/bin/tsc');

/** What of a manifest matters here. */
export type Manifest = {
  name: string;
  version: string;
  files?: string[];
  exports?: unknown;
  scripts?: Record<string, string>;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  publishConfig?: Record<string, unknown>;
};

export type Packed = {
  folder: string;
  /** The package as it would be published: built, packed and unpacked again. */
  path: string;
  /** The archive that would be uploaded. */
  archive: string;
  manifest: Manifest;
};

export type PackedPackages = AsyncDisposable & {
  /** In the order in which they need each other. */
  readonly packages: ReadonlyMap<string, Packed>;
  /**
   * A new project with exactly these installed, offline: ours as packed, and what they and `others` name, from the
   * workspace's own store. `others` are names of packages that `from` depends on, by folder: `test`, `clients/web`.
   */
  project(options: { ours: readonly string[]; others?: readonly string[]; from?: string }): Promise<string>;
};

/** Folders of what is published, each after those it needs. */
const folders = ['inference', 'clients/core', 'clients/web', 'clients/desktop', 'clients/cli'];

/** Where the files of one run find what one of them has packed; each packs for itself where there is no run. */
const sharedFolder = process.env['TEST_RUN_FOLDER'];

/** Builds, packs and unpacks packages once, for all files of a run. `wanted` are folders, `clients/core` for example. */
export async function packPackages(wanted: readonly string[] = folders): Promise<PackedPackages> {
  await using opening = new AsyncDisposableStack();
  const base = await mkdtemp(join(tmpdir(), 'sightline-packages-'));
  opening.defer(() => rm(base, { recursive: true, force: true }));
  const packages = new Map<string, Packed>();
  for (const folder of folders.filter((each) => wanted.includes(each))) {
    const packed = await packOnce(base, folder, packages);
    packages.set(packed.manifest.name, packed);
  }
  const open = opening.move();
  let projects = 0;
  return {
    packages,
    async project({ ours, others = [], from = 'test' }) {
      const path = join(base, `project-${(projects += 1)}`);
      await mkdir(join(path, 'node_modules'), { recursive: true });
      for (const name of ours) await install(path, name, packages);
      for (const name of others) await link(path, name, from);
      return path;
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

async function packOnce(base: string, folder: string, before: ReadonlyMap<string, Packed>): Promise<Packed> {
  const place = join(sharedFolder ? join(sharedFolder, 'packages') : base, folder);
  const there = await readPacked(place, folder);
  if (there) return there;
  // Two files may do it at once; the first that is done is what all of them take.
  await mkdir(dirname(place), { recursive: true });
  const making = await mkdtemp(`${place}-`);
  try {
    await pack(making, folder, before);
    await rename(making, place).catch(ignoreTaken);
  } finally {
    await rm(making, { recursive: true, force: true });
  }
  return (await readPacked(place, folder)) ?? raise(`${folder} was packed, and is not there`);
}

/** What was packed at this place; null when nothing was. */
async function readPacked(place: string, folder: string): Promise<Packed | null> {
  const names = await readdir(place).catch(ignoreMissing);
  const archive = names?.find((name) => name.endsWith('.tgz'));
  if (!archive) return null;
  const path = join(place, 'unpacked');
  return { folder, path, archive: join(place, archive), manifest: await readManifest(path) };
}

/** Leaves the archive, and `unpacked/` with what is in it, in the folder `place`. */
async function pack(place: string, folder: string, before: ReadonlyMap<string, Packed>): Promise<void> {
  const from = join(root, folder);
  const staged = join(place, 'staged');
  await mkdir(staged, { recursive: true });
  const manifest = published(await readManifest(from), before);
  await writeFile(join(staged, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  for (const name of ['README.md', ...(manifest.files ?? []).filter((file) => file !== 'dist')])
    await cp(join(from, name), join(staged, name), { recursive: true }).catch(ignoreMissing);
  await cp(join(root, 'LICENSE'), join(staged, 'LICENSE'));
  // Types of packages of ours come from what was packed before, as for whoever installs them.
  const paths = Object.fromEntries([...before].map(([name, { path }]) => [name, [join(path, 'dist/index.d.ts')]]));
  const settings = {
    extends: join(from, 'tsconfig.build.json'),
    compilerOptions: {
      ...{ rootDir: join(from, 'src'), outDir: join(staged, 'dist'), paths },
      typeRoots: [join(root, 'node_modules/@types')],
    },
    include: [join(from, 'src')],
  };
  await writeFile(join(staged, 'tsconfig.json'), JSON.stringify(settings));
  await run(process.execPath, [tsc, '-p', join(staged, 'tsconfig.json')]).catch(({ stdout }: { stdout: string }) => {
    throw new Error(`${folder} does not build:\n${stdout}`);
  });
  await rm(join(staged, 'tsconfig.json'));
  const npm = ['pack', '--ignore-scripts', '--offline', '--silent', '--pack-destination', place];
  const { stdout } = await run('npm', npm, { cwd: staged });
  const archive = join(place, stdout.trim().split('\n').at(-1) ?? '');
  const path = join(place, 'unpacked');
  await mkdir(path);
  await run('tar', ['-xzf', archive, '-C', path, '--strip-components=1']);
}

/** A manifest as pnpm would publish it: `publishConfig` in place, versions instead of `workspace:`. */
function published(manifest: Manifest, before: ReadonlyMap<string, Packed>): Manifest {
  const { publishConfig = {}, ...rest } = manifest;
  const versions = (named: Record<string, string> = {}) =>
    Object.fromEntries(
      Object.entries(named).map(([name, range]) => [
        name,
        range.startsWith('workspace:') ? (before.get(name)?.manifest.version ?? manifest.version) : range,
      ]),
    );
  const { private: _unpublished, ...open } = { ...rest, ...publishConfig } as Manifest & { private?: boolean };
  return {
    ...open,
    ...(rest.dependencies && { dependencies: versions(rest.dependencies) }),
    ...(rest.peerDependencies && { peerDependencies: versions(rest.peerDependencies) }),
  };
}

/** Puts a package of ours into a project, with all that it depends on. */
async function install(project: string, name: string, packages: ReadonlyMap<string, Packed>): Promise<void> {
  const packed = packages.get(name);
  if (!packed) throw new Error(`${name} was not packed. There are ${[...packages.keys()].join(', ')}.`);
  const { folder, manifest } = packed;
  await cp(packed.path, join(project, 'node_modules', name), { recursive: true });
  for (const needed of Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies })) {
    if (packages.has(needed)) await install(project, needed, packages);
    else await link(project, needed, folder);
  }
}

/** Puts a package of others into a project, as the workspace has it for `from`. */
async function link(project: string, name: string, from: string): Promise<void> {
  const target = join(project, 'node_modules', name);
  await mkdir(dirname(target), { recursive: true });
  await symlink(await realpath(join(root, from, 'node_modules', name)), target).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    },
  );
}

const readManifest = async (folder: string) =>
  JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest;

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

function ignoreTaken(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
}

function raise(message: string): never {
  throw new Error(message);
}
