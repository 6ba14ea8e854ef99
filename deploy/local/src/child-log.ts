import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { LogFile } from './log-file.ts';

const warnLevel = 40;
/** So many warnings in so long reach the terminal; the rest is in the file. */
const shownMax = 12;
const shownWindowMs = 10_000;
const levels: Readonly<Record<number, string>> = { 40: 'warn', 50: 'error', 60: 'fatal' };

type Deps = { name: string; file: LogFile; show: (line: string) => void; now: () => number };

/** Takes what a process writes: everything goes to its file as JSON, warnings also to the person at the terminal. */
export function createChildLog({ name, file, show, now }: Deps) {
  let windowStart = 0;
  let shown = 0;
  /** The last lines, to explain an end. */
  const last: string[] = [];

  function showBounded(line: string): void {
    if (now() - windowStart > shownWindowMs) [windowStart, shown] = [now(), 0];
    shown += 1;
    if (shown <= shownMax) show(`  ${name}: ${line}`);
    if (shown === shownMax + 1) show(`  ${name}: more of these; see its log`);
  }

  function take(line: string, isError: boolean): void {
    if (line.trim() === '') return;
    const record = parse(line);
    file.write(record ? line : JSON.stringify({ level: isError ? 50 : 30, time: now(), name, msg: line }));
    const text = record ? (describe(record) ?? '') : line;
    if (record ? record.level >= warnLevel : isError) {
      last.push(text);
      if (last.length > 12) last.shift();
      showBounded(record ? `${levels[record.level] ?? 'warn'}: ${text}` : text);
    }
  }

  return {
    /** Follows one stream to its end. `onLine` may take a line for itself by returning true. */
    follow(stream: Readable, isError: boolean, onLine?: (line: string) => boolean): void {
      createInterface({ input: stream, crlfDelay: Infinity }).on('line', (line) => {
        if (!onLine?.(line)) take(line, isError);
      });
    },
    lastWords: () => last.join('\n'),
  };
}

type LogRecord = { level: number; msg?: string; err?: { message?: string } };

function parse(line: string): LogRecord | null {
  if (!line.startsWith('{')) return null;
  try {
    const record = JSON.parse(line) as LogRecord;
    return typeof record.level === 'number' ? record : null;
  } catch {
    return null;
  }
}

const describe = ({ msg, err }: LogRecord) => [msg, err?.message].filter(Boolean).join(': ');
