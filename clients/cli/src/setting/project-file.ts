import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UserMistake } from '../user-mistake.ts';

export const projectFileName = 'sightline.json';

/** What a project says for everybody who works on it. No secrets: it belongs into the repository. */
export type ProjectFile = {
  readonly path: string;
  readonly url: string | null;
  readonly inferenceUrl: string | null;
  readonly gen: { readonly documents: string; readonly out: string; readonly schema: string | null } | null;
};

/** The file of this folder, or of one above it; null where there is none. Throws UserMistake for one that makes no sense. */
export async function findProjectFile(folder: string): Promise<ProjectFile | null> {
  for (let each = folder; ; each = dirname(each)) {
    const path = join(each, projectFileName);
    const text = await readFile(path, 'utf8').catch(() => null);
    if (text !== null) return readProjectFile(path, text);
    if (dirname(each) === each) return null;
  }
}

function readProjectFile(path: string, text: string): ProjectFile {
  const fail = (what: string) =>
    new UserMistake(`${path}: ${what}. Correct it, or write a new one: sightline init --force`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw fail('this is no JSON');
  }
  const fields = (value: unknown) =>
    typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  const read = (from: Record<string, unknown>, name: string): string | null => {
    const value = from[name] ?? null;
    if (value !== null && (typeof value !== 'string' || value === '')) throw fail(`${name} has to be a text`);
    return value;
  };
  const all = fields(parsed);
  const gen = all['gen'] === undefined ? null : fields(all['gen']);
  const [documents, out] = gen ? [read(gen, 'documents'), read(gen, 'out')] : [null, null];
  if (gen && (documents === null || out === null)) throw fail('gen needs documents and out');
  return {
    path,
    url: read(all, 'url'),
    inferenceUrl: read(all, 'inferenceUrl'),
    gen: gen && documents !== null && out !== null ? { documents, out, schema: read(gen, 'schema') } : null,
  };
}
