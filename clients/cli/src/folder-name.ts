/** A folder for what belongs to a source, whatever it is called. */
export function folderNameOf(sourceName: string): string {
  return (
    sourceName
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-|-$/g, '') || 'source'
  );
}
