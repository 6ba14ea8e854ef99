/** Segments of lower-case letters, digits, dots and dashes; none starts with a dot, so none is hidden or leads upwards. */
const shape = /^[a-z0-9][a-z0-9.-]*(\/[a-z0-9][a-z0-9.-]*)*$/;

export function isStorageKey(key: string): boolean {
  return key.length <= 512 && shape.test(key);
}

/** The start of keys, up to a slash. */
export function requireFolder(folder: string): string {
  if (!folder.endsWith('/')) throw new Error(`Not a folder: ${JSON.stringify(folder.slice(0, 100))}`);
  requireStorageKey(folder.slice(0, -1));
  return folder;
}

/** Keys are made by us, so another shape is a bug, and stops here before it reaches a path. */
export function requireStorageKey(key: string): string {
  if (!isStorageKey(key)) throw new Error(`Not a storage key: ${JSON.stringify(key.slice(0, 100))}`);
  return key;
}
