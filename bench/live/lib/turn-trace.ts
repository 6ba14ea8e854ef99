import { Socket } from 'node:net';
import { machineMs } from './clock.ts';

/** Frames that were written to a shard of readers in one go: the numbers of their events, and when the first and the last left. */
export type Turn = { firstSeq: number; lastSeq: number; beganAt: number; endedAt: number };

/** The first byte of an unmasked text frame. */
const textFrame = 0x81;

/** Watches from outside of the server what it writes, from `start` on: one look at the clock for each write. */
export function createTurnTrace() {
  let turns: Turn[] = [];
  let open: Turn | null = null;
  const { write } = Socket.prototype;

  function note(bytes: Buffer): void {
    if (!open) {
      const seqs = [...bytes.toString('latin1').matchAll(/"seq":"?(\d+)/g)].map(([, seq]) => Number(seq));
      const at = machineMs();
      open = { firstSeq: seqs.at(0) ?? NaN, lastSeq: seqs.at(-1) ?? NaN, beganAt: at, endedAt: at };
      turns.push(open);
      // All of a turn is written before anything else is done.
      queueMicrotask(() => (open = null));
    }
    open.endedAt = machineMs();
  }

  return {
    start(): boolean {
      Socket.prototype.write = function (this: Socket, ...args: Parameters<Socket['write']>) {
        const sent = write.apply(this, args);
        const [bytes] = args;
        if (Buffer.isBuffer(bytes) && bytes[0] === textFrame) note(bytes);
        return sent;
      } as Socket['write'];
      return true;
    },
    stop(): Turn[] {
      Socket.prototype.write = write;
      const traced = turns;
      turns = [];
      return traced;
    },
  };
}
