import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encodeFrame, readFrames } from '@sightline/inference/stdio/frames';
import type { Frame } from '@sightline/inference/stdio/frames';
import { childEnvironment } from '../harness/child-environment.ts';

const entry = fileURLToPath(new URL('../../inference/src/stdio/main.ts', import.meta.url));
const bytesMax = 64 * 1024 * 1024;

/** A sidecar at the other end of a pipe, as a program has it. Gone with the test, whatever it does. */
export async function startPiped(env: Record<string, string> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'sightline-stdio-'));
  const child = spawn(process.execPath, [entry], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...childEnvironment(), MODEL: 'blobs', DATA_DIR: folder, LOG_LEVEL: 'info', ...env },
  });
  const exited = once(child, 'exit') as Promise<[number | null, string | null]>;
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (log += text));
  child.stdin.on('error', () => undefined);
  const frames = readFrames(child.stdout, bytesMax);
  return {
    child,
    exited,
    log: () => log,
    write(header: object, body: Uint8Array = new Uint8Array()) {
      for (const piece of encodeFrame(header, body)) child.stdin.write(piece);
    },
    /** The next frame; null once there are none left. */
    async next(): Promise<Frame | null> {
      const { value, done } = await frames.next();
      return done ? null : value;
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
