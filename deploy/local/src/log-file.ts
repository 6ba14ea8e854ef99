import { closeSync, mkdirSync, openSync, renameSync, fstatSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

const maxBytes = 10_000_000;

export type LogFile = Disposable & { write(line: string): void };

/** A file of lines that never takes more than twice `maxBytes`: when it is full it becomes `<path>.1` and a new one begins. */
export function openLogFile(path: string, limitBytes: number = maxBytes): LogFile {
  mkdirSync(dirname(path), { recursive: true });
  let file = openSync(path, 'a');
  let bytes = fstatSync(file).size;
  return {
    write(line) {
      const chunk = Buffer.from(`${line}\n`);
      if (bytes + chunk.length > limitBytes) {
        closeSync(file);
        renameSync(path, `${path}.1`);
        file = openSync(path, 'a');
        bytes = 0;
      }
      // Synchronous, so that the last words of a process that falls over are there.
      writeSync(file, chunk);
      bytes += chunk.length;
    },
    [Symbol.dispose]: () => closeSync(file),
  };
}
