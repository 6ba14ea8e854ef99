import type { Socket } from 'node:net';
import { serveSubject } from '../../lib/serve-subject.ts';
import { machineMs } from './clock.ts';
import { openReader } from './reader-socket.ts';
import type { ReaderPlan, Seen } from './readers.ts';
import { openStreamReader } from './stream-reader.ts';

const { count, sampled, transport, ...target } = JSON.parse(process.argv[2] ?? '') as ReaderPlan;
const openedAtOnce = 50;
const openOne = transport === 'ws' ? openReader : openStreamReader;

let results = 0;
let first = '';
let seen: Seen[] = [];
let waiting: { results: number; resolve: (value: boolean) => void } | null = null;

function onNext(index: number, text: () => string): void {
  if (index % sampled === 0) {
    const whole = text();
    first ||= whole;
    seen.push([Number(/"seq":"?(\d+)/.exec(whole)?.[1]), machineMs()]);
  }
  results += 1;
  if (!waiting || results < waiting.results) return;
  waiting.resolve(true);
  waiting = null;
}

async function open(): Promise<string> {
  for (let opened = 0; opened < count; opened += openedAtOnce) {
    const some: Promise<Socket>[] = [];
    for (let index = opened; index < Math.min(opened + openedAtOnce, count); index += 1) {
      some.push(openOne(index, { ...target, onNext: (text) => onNext(index, text) }));
    }
    await Promise.all(some);
  }
  return '';
}

serveSubject(open(), {
  reached: (wanted: number) =>
    results >= wanted || new Promise<boolean>((resolve) => (waiting = { results: wanted, resolve })),
  first: () => first,
  seen() {
    const told = seen;
    seen = [];
    return told;
  },
});
