/** Gives a file that was made in the page to whoever looks, as their browser keeps what it loads. */
export function saveFile({ name, type, content }: { name: string; type: string; content: BlobPart }): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // What was begun keeps what it needs.
  setTimeout(() => URL.revokeObjectURL(url));
}
