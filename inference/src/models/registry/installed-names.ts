import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isModelName } from './model-name.ts';

/**
 * Folders that hold a model, and the versions in them. Reads a few directory entries at once, and not in the background:
 * whoever has just copied a model there wants to see it in the list.
 */
export function listInstalled(modelsDirectory: string): { name: string; versions: string[] }[] {
  return entriesOf(modelsDirectory)
    .filter((name) => isModelName(name) && existsSync(join(modelsDirectory, name, 'config.json')))
    .toSorted()
    .map((name) => ({
      name,
      versions: entriesOf(join(modelsDirectory, name)).filter((version) => /^\d+$/.test(version)),
    }));
}

function entriesOf(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    // Not there yet, or going away while we look.
    return [];
  }
}
