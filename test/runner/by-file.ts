import type { TestEvent } from 'node:test/reporters';

/** What a file's tests came to: a line of it for each failure, and one with the time that all of them took. */
export type FileLine = { file: string; hasFailed: boolean; ms?: number };

/** A reporter for `node --test` that writes `FileLine`s as JSON lines. */
export default async function* byFile(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const { type, data } of events) {
    if (type === 'test:fail' && data.file !== undefined) yield line({ file: data.file, hasFailed: true });
    if (type === 'test:summary' && data.file !== undefined)
      yield line({ file: data.file, hasFailed: !data.success, ms: data.duration_ms });
  }
}

const line = (it: FileLine) => `${JSON.stringify(it)}\n`;
