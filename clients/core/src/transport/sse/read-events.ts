/** `type` is empty where none was given. */
export type ServerEvent = { readonly type: string; readonly data: string };

/** More than any server of ours says in one event. */
const eventCharsMax = 32 * 1024 * 1024;

/**
 * Takes what arrives of a stream of server-sent events, cut anywhere, and tells each event that is complete. Comments, ids and
 * events without data are passed over. Throws RangeError for an event that does not end.
 */
export function createEventReader(onEvent: (event: ServerEvent) => void): (chunk: Uint8Array) => void {
  const decoder = new TextDecoder();
  let rest = '';
  /** A line feed that comes next belongs to the line before. */
  let endedWithReturn = false;
  let type = '';
  let data: string[] = [];

  function readLine(line: string): void {
    if (line === '') {
      if (data.length > 0) onEvent({ type, data: data.join('\n') });
      type = '';
      data = [];
      return;
    }
    const [, name, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (name === 'event') type = value;
    else if (name === 'data') data.push(value);
  }

  return (chunk) => {
    let text = decoder.decode(chunk, { stream: true });
    if (endedWithReturn && text.startsWith('\n')) text = text.slice(1);
    if (text === '') return;
    endedWithReturn = text.endsWith('\r');
    rest += text;
    if (rest.length > eventCharsMax) throw new RangeError('An event of the stream does not end.');
    // Looked through once it ends, not from the beginning with each piece.
    if (!/[\r\n]/.test(text)) return;
    const lines = rest.split(/\r\n|\n|\r/);
    rest = lines.pop() ?? '';
    for (const line of lines) readLine(line);
  };
}
