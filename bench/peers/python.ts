import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const requirementsPath = fileURLToPath(new URL('requirements.txt', import.meta.url));
const installMsMax = 300_000;

type Options = { say(text: string): void; signal: AbortSignal };

/**
 * A Python with the packages of the peers, in a folder of its own under the user's cache; made once for each list of
 * packages. Null, and a line that says why, where there is no Python or no package index.
 */
export async function openPython({ say, signal }: Options): Promise<string | null> {
  const key = createHash('sha256')
    .update(await readFile(requirementsPath))
    .digest('hex')
    .slice(0, 16);
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  const folder = join(cache, 'sightline-bench', `peers-${key}`);
  const python = join(folder, 'bin', 'python');
  const marker = join(folder, 'complete');
  if (await isThere(marker)) return python;
  say(`  installing them into ${folder}, once`);
  const limits = { signal, timeout: installMsMax, maxBuffer: 64 * 1024 * 1024 };
  try {
    // What an interrupted installation left behind.
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await run('python3', ['-m', 'venv', folder], limits);
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--only-binary=:all:'];
    await run(python, [...pip, '-r', requirementsPath], limits);
    await writeFile(marker, '');
    return python;
  } catch (error) {
    signal.throwIfAborted();
    await rm(folder, { recursive: true, force: true });
    const { stderr, message } = error as Error & { stderr?: string };
    const lines = (stderr?.trim() || message).split('\n');
    say(`  FastAPI and LitServe are left out: their packages cannot be had here (${lines.at(-1)})`);
    return null;
  }
}

/** What is installed, as pip says it. */
export async function versionsOf(python: string): Promise<string> {
  const wanted = (await readFile(requirementsPath, 'utf8')).split('\n').map((line) => line.split('==')[0]);
  const { stdout } = await run(python, ['-m', 'pip', 'list', '--format=json', '--disable-pip-version-check']);
  const found = JSON.parse(stdout) as { name: string; version: string }[];
  const { stdout: version } = await run(python, ['--version']);
  const packages = found.filter(({ name }) => wanted.includes(name));
  return [version.trim(), ...packages.map(({ name, version: its }) => `${name} ${its}`)].join(', ');
}

const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );
