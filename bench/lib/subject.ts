import { fork } from 'node:child_process';
import { once } from 'node:events';
import { sendAll } from './load.ts';
import type { LoadRequest } from './load.ts';

/** A server in a process of its own, so that what it costs can be told from what asking costs. */
export type Subject = AsyncDisposable & {
  readonly name: string;
  readonly url: string;
  /** Sends requests as fast as they are answered. Rejects if any fails. */
  load(request: LoadRequest, amount: number): Promise<Load>;
  /** Everything the child said about itself, such as counts. One question at a time. */
  ask<Answer>(question: string, about?: unknown): Promise<Answer>;
};

export type Load = { cpuMicroseconds: number; requestsPerSecond: number };

/** Starts a module which calls `serveSubject`; `args` are its command line. */
export async function startSubject(name: string, module: URL, args: string[]): Promise<Subject> {
  const child = fork(module, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const exited = once(child, 'exit').then(([code]) => Promise.reject(new Error(`${name} ended with ${code}`)));
  exited.catch(() => undefined);

  async function ask<Answer>(question: string, about?: unknown): Promise<Answer> {
    child.send({ question, about });
    const [answer] = await Promise.race([once(child, 'message'), exited]);
    return answer as Answer;
  }

  const url = await ask<string>('url');
  return {
    name,
    url,
    ask,
    async load(request, amount) {
      const before = await ask<number>('cpu');
      const { seconds } = await sendAll(url, request, amount);
      const after = await ask<number>('cpu');
      return { cpuMicroseconds: (after - before) / amount, requestsPerSecond: amount / seconds };
    },
    async [Symbol.asyncDispose]() {
      child.kill();
      await once(child, 'exit');
    },
  };
}
