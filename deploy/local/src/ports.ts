import { readFile, readdir, readlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { basename } from 'node:path';

export class PortError extends Error {
  override readonly name = 'PortError';
}

type Wanted = { variable: 'PORT' | 'INFERENCE_PORT'; port: number };

/** Makes sure that all of them can be listened on and gives the numbers, with 0 replaced. Throws PortError that names every taken one. */
export async function claimPorts(host: string, wanted: Wanted[]): Promise<number[]> {
  const problems: string[] = [];
  const ports: number[] = [];
  for (const { variable, port } of wanted) {
    try {
      ports.push(await tryListen(host, port));
    } catch (error) {
      problems.push(await explain(error as NodeJS.ErrnoException, host, variable, port));
    }
  }
  if (problems.length > 0) throw new PortError([...new Set(problems)].join('\n'));
  return ports;
}

function tryListen(host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, host, () => {
      const { port: bound } = server.address() as AddressInfo;
      server.close(() => resolve(bound));
    });
  });
}

async function explain(
  { code, message }: NodeJS.ErrnoException,
  host: string,
  variable: string,
  port: number,
): Promise<string> {
  if (code === 'EADDRINUSE') {
    const owner = await ownerOf(port);
    return `Port ${port} is taken${owner ? ` by ${owner}` : ''}. Stop that program, or choose another port: ${variable}=${port + 10} npm start`;
  }
  if (code === 'EACCES')
    return `Port ${port} may only be used by root. Choose one above 1023: ${variable}=${port + 4000} npm start`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return `HOST: ${host} is not an address of this machine`;
  return `${variable}: cannot listen on ${host}:${port}: ${message}`;
}

/** Who listens, such as `node (pid 4711)`. Linux only, and only what this user may see; null otherwise. */
async function ownerOf(port: number): Promise<string | null> {
  const hex = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((file) => readFile(file, 'utf8').catch(() => '')),
  );
  const listening = tables
    .flatMap((table) => table.split('\n').map((row) => row.trim().split(/\s+/)))
    .find((row) => row[1]?.endsWith(hex) && row[3] === '0A');
  if (!listening) return null;
  const socket = `socket:[${listening[9]}]`;
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    for (const fd of await readdir(`/proc/${pid}/fd`).catch(() => [])) {
      if ((await readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')) !== socket) continue;
      const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      const [program = 'a process', ...rest] = command.split('\0').filter(Boolean);
      return `${[basename(program), ...rest].join(' ').slice(0, 80)} (pid ${pid})`;
    }
  }
  return null;
}
