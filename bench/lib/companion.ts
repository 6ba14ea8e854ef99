import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** A program of ours in a process of its own that answers one question after another. */
export type Companion<Question, Reply> = AsyncDisposable & {
  process: ChildProcess;
  /** One at a time. */
  ask(question: Question): Promise<Reply>;
};

type Options = { args?: string[]; env?: NodeJS.ProcessEnv };

/** Starts it and waits for its first message, which says no more than that it can be asked. */
export async function startCompanion<Question extends object, Reply>(
  name: string,
  module: URL,
  { args = [], env = process.env }: Options = {},
): Promise<Companion<Question, Reply>> {
  const child = fork(module, args, {
    env,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    // Bodies and latencies are bytes, not JSON.
    serialization: 'advanced',
  });
  const ended = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`The ${name} ended (${code ?? signal}).`);
  });
  ended.catch(() => undefined);
  const message = async () => (await Promise.race([once(child, 'message'), ended]))[0] as unknown;
  await message();
  return {
    process: child,
    async ask(question) {
      const answer = message();
      child.send(question);
      // Our own program says nothing else.
      return (await answer) as Reply;
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill();
      await once(child, 'exit');
    },
  };
}
