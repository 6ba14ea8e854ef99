import { fork } from 'node:child_process';
import { Worker } from 'node:worker_threads';
import type { EngineReply, EngineRequest, EngineSetup, EngineTask } from './engine-protocol.ts';
import { refuseTelemetry } from './refuse-telemetry.ts';

/** A thread or a process that an engine lives in. */
export type EngineHost = {
  send(request: EngineRequest): void;
  /** At once, whatever it is doing. */
  kill(): void;
  /** Resolves with why when it has ended, however that came about. */
  readonly ended: Promise<string>;
};

export type EngineEntries = {
  /** The file that a thread runs. */
  thread: URL;
  /** The file that a process runs. */
  process: URL;
};

type Deps = {
  isolation: 'threads' | 'processes';
  entries: EngineEntries;
  setup: EngineSetup;
  onReply(reply: EngineReply): void;
};

export function startEngineHost({ isolation, entries, setup, onReply }: Deps): EngineHost {
  refuseTelemetry();
  return isolation === 'threads'
    ? startThread(entries.thread, setup, onReply)
    : startProcess(entries.process, setup, onReply);
}

/** Pixels and tensors cross by reference. A crash of the native runtime takes the whole sidecar along. */
function startThread(entry: URL, setup: EngineSetup, onReply: Deps['onReply']): EngineHost {
  const worker = new Worker(entry, { workerData: setup, name: 'engine' });
  let reason = 'the thread ended';
  worker.on('message', onReply);
  worker.on('error', (error) => {
    reason = String(error);
  });
  return {
    send: (request) => worker.postMessage(request, []),
    kill: () => void worker.terminate(),
    ended: new Promise((resolve) => worker.once('exit', () => resolve(reason))),
  };
}

/** Pixels and tensors are copied through a pipe. Whatever happens in there, the sidecar lives. */
function startProcess(entry: URL, setup: EngineSetup, onReply: Deps['onReply']): EngineHost {
  const child = fork(entry, {
    serialization: 'advanced',
    // What a library prints there must not come between frames on a pipe.
    stdio: ['ignore', 2, 'inherit', 'ipc'],
    execArgv: [],
  });
  let reason = 'the process ended';
  child.on('message', (reply) => onReply(reply as EngineReply));
  child.on('error', (error) => {
    reason = String(error);
  });
  child.send(setup);
  return {
    send(request) {
      if (!child.connected) return;
      child.send(
        request.type === 'run' ? { ...request, tasks: request.tasks.map(unshared) } : request,
        () => undefined,
      );
    },
    kill: () => void child.kill('SIGKILL'),
    ended: new Promise((resolve) => {
      child.once('exit', (code, signal) => resolve(code === 0 ? reason : `${reason}: ${signal ?? `code ${code}`}`));
      // What never started has no exit.
      child.once('error', (error) => resolve(String(error)));
    }),
  };
}

/** Shared memory is of this process alone. */
function unshared(task: EngineTask): EngineTask {
  if (task.kind !== 'tensors') return { ...task, pixels: task.pixels.slice() };
  const inputs = Object.fromEntries(
    Object.entries(task.inputs).map(([name, tensor]) => [name, { ...tensor, data: tensor.data.slice() }]),
  );
  return { ...task, inputs };
}
