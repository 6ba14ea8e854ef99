import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import type { Chance } from './seed.ts';

type Pair = { near: Socket; far: Socket; cutsMidway: boolean };

/** Stands between clients and a server and does to their connections what networks do. It knows nothing of what is said on them. */
export async function startChaosProxy({ target, chance }: { target: () => URL; chance: Chance }) {
  const pairs = new Set<Pair>();
  const state = { cuts: 0, cutMidway: 0, delayMs: 0 };

  const server = createServer({ noDelay: true }, (near) => {
    const { hostname, port } = target();
    const far = connect({ host: hostname, port: Number(port), noDelay: true });
    const pair: Pair = { near, far, cutsMidway: false };
    pairs.add(pair);
    const end = () => {
      pairs.delete(pair);
      near.destroy();
      far.destroy();
    };
    for (const socket of [near, far]) {
      socket.on('error', end);
      socket.on('close', end);
    }
    near.pipe(far);
    // Towards the client by hand: what it gets may end in the middle of anything, a frame's header included.
    far.on('data', (chunk: Buffer) => {
      if (pair.cutsMidway && chunk.length > 1) {
        const part = chunk.subarray(0, chance.between(1, chunk.length - 1));
        state.cutMidway += 1;
        far.pause();
        near.write(part, end);
        return;
      }
      if (state.delayMs > 0) {
        far.pause();
        setTimeout(() => deliver(chunk), state.delayMs);
      } else {
        deliver(chunk);
      }
    });
    function deliver(chunk: Buffer): void {
      if (near.destroyed) return;
      if (near.write(chunk)) far.resume();
      else {
        far.pause();
        near.once('drain', () => far.resume());
      }
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    openCount: () => pairs.size,
    /** How many connections were ended so far, and how many of these in the middle of what was being said. */
    counts: () => ({ cuts: state.cuts, cutMidway: state.cutMidway }),
    /** Ends one connection, picked by chance: at once, or within the next thing the server says. False when there is none. */
    cut(): boolean {
      const open = [...pairs].filter(({ cutsMidway }) => !cutsMidway);
      const pair = open[chance.between(0, Math.max(0, open.length - 1))];
      if (!pair) return false;
      state.cuts += 1;
      if (chance.next() < 0.5) {
        pair.cutsMidway = true;
      } else {
        pairs.delete(pair);
        pair.near.resetAndDestroy();
        pair.far.resetAndDestroy();
      }
      return true;
    },
    /** Nothing of what the server says arrives until `resume` is called; connections stay open. */
    stall(): void {
      for (const { far } of pairs) far.pause();
    },
    resume(): void {
      for (const { far } of pairs) far.resume();
    },
    /** How long everything the server says is held back from now on; 0 for not at all. */
    delay(ms: number): void {
      state.delayMs = ms;
    },
    async [Symbol.asyncDispose]() {
      for (const { near, far } of pairs) {
        near.destroy();
        far.destroy();
      }
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
