import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { TestEvent } from 'node:test/reporters';
import { groupModule, isGroup, membersOf } from './make-groups.ts';

/** What a file's tests came to: a line of it for each failure, and one with the time that all of them took. */
export type FileLine = { file: string; hasFailed: boolean; ms?: number };

/** A reporter for `node --test` that writes `FileLine`s as JSON lines. It runs where the paths of files begin. */
export default async function* byFile(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const { type, data } of events) {
    if (type === 'test:pass' || type === 'test:fail') {
      const hasFailed = type === 'test:fail';
      const { file, name, details } = data;
      // A file that shares its process is a suite of its path.
      if (file === groupModule) yield line({ file: resolve(name), hasFailed, ms: details.duration_ms });
      else if (file !== undefined && hasFailed)
        for (const failed of isGroup(file) ? members(file) : [file]) yield line({ file: failed, hasFailed });
    }
    if (type === 'test:summary' && data.file !== undefined && !isGroup(data.file))
      yield line({ file: data.file, hasFailed: !data.success, ms: data.duration_ms });
  }
}

const members = (group: string): string[] => JSON.parse(readFileSync(membersOf(group), 'utf8')) as string[];

const line = (it: FileLine) => `${JSON.stringify(it)}\n`;
