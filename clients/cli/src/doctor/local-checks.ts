import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Settings } from '../setting/settings.ts';
import type { SignIns } from '../sign-in/sign-ins.ts';
import { fail, pass } from './check.ts';
import type { Found } from './check.ts';

const leastNode = [20, 19] as const;

/** What this program runs on; given as `process.versions.node` has it. */
export function checkNode(version: string): Found {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isNew = major > leastNode[0] || (major === leastNode[0] && minor >= leastNode[1]);
  return isNew
    ? pass(version)
    : fail(`${version} is too old`, `Install Node.js ${leastNode.join('.')} or newer: https://nodejs.org`);
}

export function checkSettings({ problem, project, url, urlFrom }: Settings): Found {
  if (problem !== null) return fail(problem, 'Correct or remove the file that it names.');
  const who = {
    option: '--url',
    environment: 'SIGHTLINE_URL',
    project: project?.path ?? '',
    'sign-in': 'the last sign-in',
    default: 'nobody: it is the default',
  };
  return pass(`${url}, said by ${who[urlFrom]}`);
}

/** Who else on this machine can read what is kept. Windows has no such bits. */
export async function checkSecrets(signIns: SignIns, platform: NodeJS.Platform): Promise<Found> {
  const kind = await signIns.keptBy();
  const kept = kind === 'keychain' ? 'kept in the keychain' : 'kept in sealed files';
  for (const path of platform === 'win32' ? [] : [dirname(signIns.path), signIns.path]) {
    const found = await stat(path).catch(() => null);
    if (found && (found.mode & 0o077) !== 0)
      return fail(`${path} is open to others`, `chmod ${found.isDirectory() ? '700' : '600'} ${path}`);
  }
  return pass(kept);
}
