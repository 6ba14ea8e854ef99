import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { writeWhole } from '../secrets/write-whole.ts';

/** A sidecar that another program of this person, with the same folder, has started: who it is, and what opens it. */
export type SidecarRecord = { pid: number; url: string; token: string };

/** Any of 127.0.0.0/8, `localhost` or ::1, by http, and nothing else in it. */
export function isLoopbackUrl(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isNear = url !== null && /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(url.hostname);
  return isNear && url.protocol === 'http:' && url.username === '' && url.password === '';
}

const pathIn = (directory: string) => join(directory, 'sidecar.json');

/** The one that is recorded here, if its process lives and nobody but this person could have written that. */
export async function readRecord(directory: string): Promise<SidecarRecord | null> {
  try {
    const path = pathIn(directory);
    const { mode, uid } = await stat(path);
    const isOurs = process.getuid === undefined || (uid === process.getuid() && (mode & 0o077) === 0);
    const { pid, url, token } = JSON.parse(await readFile(path, 'utf8')) as SidecarRecord;
    const isRecord = Number.isInteger(pid) && pid > 0 && typeof token === 'string' && typeof url === 'string';
    return isOurs && isRecord && isLoopbackUrl(url) && isAlive(pid) ? { pid, url, token } : null;
  } catch {
    return null;
  }
}

export const writeRecord = (directory: string, record: SidecarRecord): Promise<void> =>
  writeWhole(pathIn(directory), JSON.stringify(record));

/** Only that of this process: another may have taken its place. */
export async function removeRecord(directory: string, pid: number): Promise<void> {
  const text = await readFile(pathIn(directory), 'utf8').catch(() => '');
  if (text.includes(`"pid":${pid},`)) await rm(pathIn(directory), { force: true });
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
