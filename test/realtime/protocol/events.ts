import type { Answer } from '../../harness/answer.ts';

/** A block of a stream of server-sent events; a comment has no name and no data. */
export type ServerEvent = { event: string | null; id: string | null; data: Answer | null; text: string };

/** A stream of server-sent events as it is read, block by block. Leaving the scope ends it. */
export async function openEvents(url: string, init: RequestInit = {}) {
  const leaving = new AbortController();
  const response = await fetch(url, { ...init, signal: leaving.signal });
  const pieces = response.body!.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
  let buffer = '';

  async function nextBlock(): Promise<ServerEvent | null> {
    for (;;) {
      const end = buffer.indexOf('\n\n');
      if (end >= 0) {
        const text = buffer.slice(0, end);
        buffer = buffer.slice(end + 2);
        return { event: valueIn(text, 'event'), id: valueIn(text, 'id'), data: parse(valueIn(text, 'data')), text };
      }
      const piece = await pieces.next();
      if (piece.done) return null;
      buffer += piece.value;
    }
  }

  return {
    response,
    nextBlock,
    /** The next block that is no comment; null at the end. */
    async next(): Promise<ServerEvent | null> {
      for (;;) {
        const block = await nextBlock();
        if (block === null || block.event !== null || block.id !== null) return block;
      }
    },
    /** Everything up to the end. */
    async rest(): Promise<ServerEvent[]> {
      const blocks = [];
      for (let block = await this.next(); block; block = await this.next()) blocks.push(block);
      return blocks;
    },
    async [Symbol.asyncDispose]() {
      leaving.abort();
      await pieces.return?.().catch(() => undefined);
    },
  };
}

function valueIn(block: string, field: string): string | null {
  const line = block.split('\n').find((each) => each.startsWith(`${field}:`));
  return line === undefined ? null : line.slice(field.length + 1).trim();
}

function parse(data: string | null): Answer | null {
  return data ? (JSON.parse(data) as Answer) : null;
}
