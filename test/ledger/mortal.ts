import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A program in a process of its own, which may end itself at the step `killAt`. */
export function startMortal(file: URL, args: readonly string[], env: Record<string, string>, killAt: number) {
  const child = spawn(process.execPath, [fileURLToPath(file), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env, KILL_AT: String(killAt) },
  });
  const lines: string[] = [];
  const first = Promise.withResolvers<string>();
  const reader = createInterface(child.stdout);
  reader.on('line', (line) => {
    lines.push(line);
    first.resolve(line);
  });
  reader.once('close', () => first.resolve(''));
  const gone = once(child, 'close');
  return {
    lines,
    /** What it said first; nothing if it died before. */
    first: first.promise,
    /** Resolves when it is gone and all it said was heard: whether it killed itself. */
    gone: gone.then(() => lines.includes('killed')),
    end: () => void child.kill('SIGKILL'),
  };
}
