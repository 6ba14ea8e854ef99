import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile, readdir } from 'node:fs/promises';

/** Linux counts in hundredths of a second for programs, whatever the kernel's own clock is. */
const ticksPerSecond = 100;

/** Microseconds of user and system time so far. */
export type CpuClock = () => Promise<number>;

/**
 * A clock of the time that a process uses, with all its threads and with the descendants that it has now. Coarse (a
 * hundredth of a second on Linux) but without drift: differences are to be added up, not looked at one by one.
 */
export async function startCpuClock(child: ChildProcess, platform = process.platform): Promise<CpuClock> {
  if (platform !== 'linux') return () => askCpuUs(child);
  const pids = await processTree(child.pid ?? 0);
  return async () => {
    const stats = await Promise.all(pids.map(readStat));
    const ticks = stats.reduce((total, stat) => total + (stat?.ticks ?? 0), 0);
    return (ticks / ticksPerSecond) * 1_000_000;
  };
}

async function processTree(root: number): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const stats = (await Promise.all(pids.map(readStat))).filter((stat) => stat !== null);
  const tree = new Set([root]);
  // A child may have a lower number than its parent: go on until a whole pass adds nobody.
  for (let size = 0; size !== tree.size;) {
    size = tree.size;
    for (const { pid, parent } of stats) if (tree.has(parent)) tree.add(pid);
  }
  return [...tree];
}

/** Null for a process that has just ended. */
async function readStat(pid: number): Promise<{ pid: number; parent: number; ticks: number } | null> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  if (text === null) return null;
  // The name is in brackets and may hold anything; what counts comes after the last one: state, parent, …
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { pid, parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) };
}

/** Where there is no /proc the process says it itself: see cpu-hook.ts. */
async function askCpuUs(child: ChildProcess): Promise<number> {
  // Nothing else is said over this channel while nobody measures.
  const answered = once(child, 'message');
  child.send({ type: 'cpu' });
  const [{ cpuUs }] = (await answered) as [{ cpuUs: number }];
  return cpuUs;
}
