import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Secrets of one data folder, made on first use and kept in `secrets.json`, readable by its owner only.
 * Each has 256 bits. Throws when the folder cannot be written or the file is not what we wrote.
 */
export async function ensureSecrets<Name extends string>(
  dataDir: string,
  names: readonly Name[],
): Promise<Record<Name, string>> {
  await mkdir(dataDir, { recursive: true });
  const file = join(dataDir, 'secrets.json');
  const known = await readSecrets(file);
  const missing = names.filter((name) => known[name] === undefined);
  if (missing.length > 0) {
    for (const name of missing) known[name] = randomBytes(32).toString('base64url');
    // Written beside and renamed, so that a crash leaves the old secrets or the new ones and never half a file.
    const draft = `${file}.${process.pid}`;
    await writeFile(draft, `${JSON.stringify(known, null, 2)}\n`, { mode: 0o600, flush: true });
    await rename(draft, file);
  }
  return Object.fromEntries(names.map((name) => [name, known[name]])) as Record<Name, string>;
}

async function readSecrets(file: string): Promise<Record<string, string>> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
  try {
    const parsed: unknown = JSON.parse(text);
    if (parsed && typeof parsed === 'object' && Object.values(parsed).every((value) => typeof value === 'string')) {
      return parsed as Record<string, string>;
    }
  } catch {
    // Falls through to the one message.
  }
  throw new Error(
    `${file} is damaged. Restore it from a backup: the database cannot be opened without the password in it.`,
  );
}
