import type { Backend } from './backends.ts';
import { startBalancer } from './balancer.ts';
import type { Child } from './child.ts';
import { claimPorts } from './ports.ts';

/** What a server that is to be restarted gets for what it was asked, and then for its own end. */
const drainMs = 10_000;
const stopMs = 11_000;

type Deps = {
  count: number;
  host: string;
  port: number;
  /** Starts one; `port` is null where it answers for itself. */
  begin: (name: string, port: number | null) => Child;
  /** Resolves when the server at this address is ready. */
  untilReady: (name: string, url: string) => Promise<void>;
  say: (line: string) => void;
};

export type Servers = {
  /** Rejects when one cannot be kept running. */
  readonly failed: Promise<never>;
  /** Resolves when all of them are ready and get requests. */
  ready(): Promise<void>;
  /** Starts one after the other again, while the others answer. One restart at a time; a second call waits for the first. */
  restart(): Promise<void>;
  stop(deadlineMs: number): Promise<void>;
};

type Member = { name: string; child: Child; backend: Backend | null; url: string };

/** One server that answers for itself, or several behind one address. */
export async function startServers({ count, host, port, begin, untilReady, say }: Deps): Promise<Servers> {
  const isAlone = count === 1;
  const balancer = isAlone ? null : await startBalancer({ host, port });
  // All at once, or two could be given the same.
  const wanted = Array.from({ length: isAlone ? 0 : count }, () => ({ variable: 'PORT' as const, port: 0 }));
  const ports = await claimPorts('127.0.0.1', wanted);
  const members: Member[] = isAlone
    ? [{ name: 'server', child: begin('server', null), backend: null, url: urlOf(host, port) }]
    : ports.map((own, index) => {
        const name = `server-${index + 1}`;
        const url = `http://127.0.0.1:${own}`;
        return { name, child: begin(name, own), backend: balancer!.add(url), url };
      });
  let restarting = Promise.resolve();

  async function restartOne({ name, child, backend, url }: Member): Promise<void> {
    say(`  Restarting the ${name} …`);
    await backend?.takeOut(drainMs);
    try {
      await child.restart(stopMs);
      await untilReady(name, url);
    } finally {
      // One that is late is found by its first request, and nobody else would put it in.
      backend?.putIn();
    }
  }

  return {
    failed: Promise.race(members.map(({ child }) => child.failed)),
    async ready() {
      await Promise.all(
        members.map(async ({ name, url, backend, child }) => {
          await untilReady(name, url);
          backend?.putIn();
          child.settle();
        }),
      );
    },
    restart() {
      const mine = restarting.then(async () => {
        for (const member of members) await restartOne(member);
      });
      restarting = mine.catch(() => {});
      return mine;
    },
    async stop(deadlineMs) {
      await Promise.all(members.map(({ child }) => child.stop(deadlineMs)));
      await balancer?.[Symbol.asyncDispose]();
    },
  };
}

/** Where one that listens on every address answers as well. */
function urlOf(host: string, port: number): string {
  const local = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${local.includes(':') ? `[${local}]` : local}:${port}`;
}
