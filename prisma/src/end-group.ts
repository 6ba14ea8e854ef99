import type { ChildProcess } from 'node:child_process';

/** Ends a process that was started detached, and everything that it started itself. At once and by force. */
export function endGroup({ pid }: ChildProcess): void {
  try {
    if (pid) process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}
