import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { InputError } from './input-error.ts';

export type Child = AsyncDisposable & {
  process: ChildProcess;
  /** The last of what it printed. */
  output(): string;
};

type Options = { platform?: NodeJS.Platform; nodeArguments?: readonly string[] };

const keptCharacters = 4_000;
const patienceMs = 5_000;

/** Starts a program of ours as a process of its own. Disposing ends it; it ends itself when this process is gone. */
export function startChild(
  program: URL,
  args: string[],
  env: NodeJS.ProcessEnv,
  { platform = process.platform, nodeArguments = [] }: Options = {},
): Child {
  const hook = platform === 'linux' ? [] : ['--import', new URL('cpu-hook.ts', import.meta.url).href];
  return watch(
    spawn(process.execPath, [...hook, ...nodeArguments, fileURLToPath(program), ...args], {
      env,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    }),
  );
}

/** Makes a process that was started somehow end with its owner, and keeps what it says. */
export function watch(child: ChildProcess): Child {
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      printed = (printed + chunk.toString()).slice(-keptCharacters);
    });
  }
  return {
    process: child,
    output: () => printed,
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      const impatience = setTimeout(() => child.kill('SIGKILL'), patienceMs);
      await exited;
      clearTimeout(impatience);
    },
  };
}

/** Rejects when the child ends, with what it said about it. Race it against what the child is waited for. */
export async function failWhenEnded({ process: child, output }: Child, name: string): Promise<never> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  // Its log is for machines; what it says to people tells more.
  const lines = output().trim().split('\n');
  const said = lines.filter((line) => !line.startsWith('{"'));
  throw new InputError(
    `The ${name} ended (${child.exitCode ?? child.signalCode}):\n${(said.length ? said : lines).join('\n')}`,
  );
}
