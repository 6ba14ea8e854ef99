import { execFileSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export type NodeProgram = { path: string; version: string };

/** The Nodes that are here and may load the packages: this one, and others on PATH from 20.19 on, one of each major version. */
export function findNodes(): NodeProgram[] {
  const found = new Map<string, NodeProgram>([
    [majorOf(process.version), { path: process.execPath, version: process.version }],
  ]);
  const paths = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'node'));
  for (const path of new Set(paths.filter((each) => existsSync(each)).map((each) => realpathSync(each)))) {
    // A launcher of a version manager may have nothing to launch.
    const version = versionOf(path);
    if (version && !found.has(majorOf(version)) && isNewEnough(version)) found.set(majorOf(version), { path, version });
  }
  return [...found.values()];
}

function versionOf(path: string): string | null {
  try {
    return execFileSync(path, ['--version'], { encoding: 'utf8', timeout: 60_000 }).trim();
  } catch {
    return null;
  }
}

const majorOf = (version: string) => version.split('.')[0] ?? '';

/** What `engines` of the packages says. */
function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.slice(1).split('.').map(Number);
  return major > 20 || (major === 20 && minor >= 19);
}
