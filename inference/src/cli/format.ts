/** Columns as wide as their widest cell. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [line(head), line(widths.map((width) => '─'.repeat(width))), ...rows.map(line)].join('\n');
}

export function bytesAsText(byteSize: number): string {
  if (byteSize < 1_000_000) return `${Math.max(1, Math.round(byteSize / 1_000))} kB`;
  const megabytes = byteSize / 1_000_000;
  return `${megabytes < 100 ? megabytes.toFixed(1) : Math.round(megabytes)} MB`;
}

/** `[1, 3, ?, ?]`, a question mark where any size goes. */
export const dimsAsText = (dims: readonly (number | null)[]): string =>
  `[${dims.map((size) => size ?? '?').join(', ')}]`;
