import type { ObjectStorage } from '../../../ports.ts';

const atOnce = 500;

/** Folders in which everything that an organization stores lies. */
export const foldersOf = (organizationId: string): string[] =>
  ['archives', 'snapshots', 'uploads'].map((kind) => `${kind}/${organizationId}/`);

/** Removes all files of a folder, also those that no row names: whoever stored them may have been stopped before there was one. */
export async function removeFolder(storage: Pick<ObjectStorage, 'list' | 'delete'>, folder: string): Promise<void> {
  let after: string | undefined;
  for (;;) {
    const files = await storage.list(folder, { after, most: atOnce });
    for (const { key } of files) await storage.delete(key);
    after = files.at(-1)?.key;
    if (after === undefined) return;
  }
}
