import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const home = join(root, 'clients/console');
const vite = join(home, 'node_modules/vite/bin/vite.js');
/** What the console is made of. */
const sources = [
  ...['src', 'index.html', 'vite.config.ts', 'package.json'].map((name) => join(home, name)),
  ...['clients/core/src', 'clients/web/src', 'openapi.json', 'pnpm-lock.yaml', 'deploy/local/src/console.ts'].map(
    (name) => join(root, name),
  ),
];
const stampName = '.made-of';
/** Smaller files gain nothing. */
const compressedBytesMin = 1_024;

/** Where the server looks for it. */
export const consoleDirectory: string = join(home, 'dist');

type Options = {
  /** `consoleDirectory` unless given. */
  directory?: string;
  signal?: AbortSignal;
  /** Told before it takes a while. */
  onBuild?: () => void;
};

/** Builds the console unless what is there was made of the same sources. Gives whether it had to; throws with what Vite says. */
export async function ensureConsole({ directory = consoleDirectory, signal, onBuild }: Options = {}): Promise<boolean> {
  const wanted = await consoleFingerprint();
  const isThere = async () => (await readFile(join(directory, stampName), 'utf8').catch(() => '')) === wanted;
  if (await isThere()) return false;
  if (!existsSync(vite)) throw new Error('Vite is not installed: run npm install, or CONSOLE=off to go without.');
  onBuild?.();
  // Beside it, so that nobody ever reads half of one.
  const draft = `${directory}.${process.pid}`;
  try {
    await build(draft, signal);
    await compress(join(draft, 'assets'));
    await writeFile(join(draft, stampName), wanted);
    await mkdir(dirname(directory), { recursive: true });
    for (let tries = 0; !(await isThere()); tries += 1) {
      await rm(directory, { recursive: true, force: true });
      // Somebody who builds the same may have been first.
      await rename(draft, directory).catch((error: unknown) => {
        if (tries >= 3) throw error;
      });
    }
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return true;
}

/** Changes whenever the console would be another. */
export async function consoleFingerprint(): Promise<string> {
  const hash = createHash('sha256');
  for (const source of sources) {
    for (const file of await filesOf(source)) hash.update(file.slice(root.length)).update(await readFile(file));
  }
  return hash.digest('hex');
}

async function filesOf(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true, recursive: true }).catch(() => null);
  if (!entries) return [path];
  const files = entries.filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'));
  return files.map(({ parentPath, name }) => join(parentPath, name)).sort();
}

async function build(outDir: string, signal?: AbortSignal): Promise<void> {
  const child = spawn(process.execPath, [vite, 'build', '--outDir', outDir, '--emptyOutDir', '--logLevel', 'error'], {
    ...{ cwd: home, stdio: ['ignore', 'pipe', 'pipe'], ...(signal && { signal }) },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`The console could not be built:\n${said.trim()}`);
}

/** The smaller forms beside each file, made once instead of at every request. */
async function compress(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!['.js', '.css', '.svg', '.ttf'].includes(extname(name))) continue;
    const bytes = await readFile(join(folder, name));
    if (bytes.length < compressedBytesMin) continue;
    const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };
    await writeFile(join(folder, `${name}.br`), await promisify(brotliCompress)(bytes, quality));
    await writeFile(join(folder, `${name}.gz`), await promisify(gzip)(bytes, { level: 9 }));
  }
}
