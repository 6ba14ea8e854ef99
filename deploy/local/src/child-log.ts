import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { LogFile } from './log-file.ts';

const warnLevel = 40;
/** So many warnings in so long reach the terminal; the rest is in the file. */
const shownMax = 12;
const shownWindowMs = 10_000;
/** pino's; the sidecar writes them as words. */
const levels: Readonly<Record<string, number>> = { trace: 10, debug: 20, info: 30, warn: 40, error: 50, fatal: 60 };
const nameOf = (level: number) => Object.keys(levels).find((name) => levels[name] === level) ?? 'warn';

type Deps = {
  name: string;
  file: LogFile;
  show: (line: string) => void;
  now: () => number;
  /** Everything is being stopped, part after part: that one misses another is no news then. Errors are. */
  isStopping: () => boolean;
};

/** Takes what a process writes: everything goes to its file as JSON, warnings also to the person at the terminal. */
export function createChildLog({ name, file, show, now, isStopping }: Deps) {
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
      const isNews = !isStopping() || !record || record.level > warnLevel;
      if (isNews) showBounded(record ? `${nameOf(record.level)}: ${text}` : text);
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
    const { level, ...record } = JSON.parse(line) as Omit<LogRecord, 'level'> & { level: number | string };
    const number = typeof level === 'string' ? levels[level] : level;
    return typeof number === 'number' ? { ...record, level: number } : null;
  } catch {
    return null;
  }
}

const describe = ({ msg, err }: LogRecord) => [msg, err?.message].filter(Boolean).join(': ');
