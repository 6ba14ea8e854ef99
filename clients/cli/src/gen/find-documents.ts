import { readFile, readdir, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { GraphQLError, Source, parse } from 'graphql';
import type { DocumentNode } from 'graphql';
import { UserMistake } from '../user-mistake.ts';

/** Every `.graphql` and `.gql` file of these files and folders, parsed, in the order of their names. Throws UserMistake. */
export async function findDocuments(paths: readonly string[], cwd: string): Promise<DocumentNode[]> {
  const files = (await Promise.all(paths.map((path) => filesOf(path)))).flat();
  if (files.length === 0) throw new UserMistake(`There are no .graphql files in ${paths.join(', ')}.`);
  return Promise.all(
    [...new Set(files)].sort().map(async (file) => {
      try {
        return parse(new Source(await readFile(file, 'utf8'), relative(cwd, file)));
      } catch (error) {
        if (error instanceof GraphQLError) throw new UserMistake(placeOf(error));
        throw error;
      }
    }),
  );
}

/** `file:line:column what`, which editors and terminals make a link of. */
export function placeOf({ message, source, locations }: GraphQLError): string {
  const [at] = locations ?? [];
  return `${source?.name ?? ''}${at ? `:${at.line}:${at.column}` : ''} ${message}`;
}

async function filesOf(path: string): Promise<string[]> {
  const found = await stat(path).catch(() => null);
  if (!found) throw new UserMistake(`There is no ${path}.`);
  if (!found.isDirectory()) return [path];
  const entries = await readdir(path, { withFileTypes: true });
  const below = entries
    .filter(({ name }) => name !== 'node_modules' && !name.startsWith('.'))
    .map((entry) => {
      const child = join(path, entry.name);
      // Links are not followed: a circle of them would never end.
      if (entry.isDirectory()) return filesOf(child);
      return /\.(graphql|gql)$/.test(entry.name) ? [child] : [];
    });
  return (await Promise.all(below)).flat();
}
