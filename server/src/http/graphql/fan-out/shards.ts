import { Frames } from './frames.ts';
import type { Payload } from './frames.ts';

/**
 * A write costs some ten microseconds, so that everything else the process does, hearing of more among it, waits for a shard
 * for a third of a millisecond.
 */
const usualShardSize = 32;
/** More does not wait to leave together. */
const mostBytes = 64 * 1024;

/** Members who have got the same. `sent` counts the payloads since the beginning. */
type Shard<Member> = { readonly members: Set<Member>; sent: number };

type Deps<Member> = {
  /** Shortest time between two rounds, in milliseconds: what comes meanwhile leaves together. */
  windowMs: number;
  shardSize?: number | undefined;
  write(member: Member, frames: Frames): void;
  onFrames(count: number): void;
};

/**
 * Members by the dozen, to whom payloads are written in rounds, a shard at a time. Between two shards the process does
 * other things, and hears of more: each shard gets all there is when its turn comes. So nobody waits for longer than a
 * round and the window, however many there are; if all got what there was at the start of a round, they would wait for two.
 */
export function createShards<Member>({ windowMs, shardSize = usualShardSize, write, onFrames }: Deps<Member>) {
  const shards: Shard<Member>[] = [];
  const homes = new Map<Member, Shard<Member>>();
  /** What some shard has yet to get, after `sentToAll` payloads that none has. */
  const queue: Payload[] = [];
  let queuedBytes = 0;
  let sentToAll = 0;
  let roundEndedAt = -Infinity;
  let timer: NodeJS.Timeout | undefined;
  let turn: NodeJS.Immediate | undefined;
  /** What one shard got, others often get, too. */
  let last: { from: number; to: number; frames: Frames } | null = null;

  const end = () => sentToAll + queue.length;

  function framesSince(from: number): Frames {
    if (last?.from !== from || last.to !== end()) {
      last = { from, to: end(), frames: new Frames(queue.slice(from - sentToAll)) };
    }
    return last.frames;
  }

  function flushShard(shard: Shard<Member>): void {
    if (shard.sent === end()) return;
    const frames = framesSince(shard.sent);
    onFrames(frames.payloads.length * shard.members.size);
    shard.sent = end();
    for (const member of shard.members) write(member, frames);
  }

  function forgetSent(): void {
    const sent = Math.min(end(), ...shards.map((shard) => shard.sent));
    for (const { text } of queue.splice(0, sent - sentToAll)) queuedBytes -= text.length;
    sentToAll = sent;
    if (queue.length === 0) last = null;
  }

  function flush(): void {
    for (const shard of [...shards]) flushShard(shard);
    forgetSent();
  }

  function round(): void {
    timer = undefined;
    const due = [...shards];
    next();

    function next(): void {
      turn = undefined;
      const shard = due.shift();
      if (shard) {
        flushShard(shard);
        forgetSent();
      }
      if (due.length > 0) turn = setImmediate(next);
      else {
        forgetSent();
        roundEndedAt = performance.now();
        flushSoon();
      }
    }
  }

  /** At once after a pause, so that nothing waits while little happens. */
  function flushSoon(): void {
    if (queue.length === 0 || timer || turn) return;
    const waitMs = roundEndedAt + windowMs - performance.now();
    if (waitMs <= 0) round();
    else timer = setTimeout(round, waitMs);
  }

  return {
    get size() {
      return homes.size;
    },
    [Symbol.iterator]: () => homes.keys(),

    /** For a member who has everything that was pushed so far. */
    add(member: Member): void {
      let shard = shards.find(({ members }) => members.size < shardSize);
      // Which may fill all who are there, and then it is gone.
      if (shard) flushShard(shard);
      if (!shard?.members.size) shards.push((shard = { members: new Set(), sent: end() }));
      shard.members.add(member);
      homes.set(member, shard);
    },

    delete(member: Member): boolean {
      const shard = homes.get(member);
      if (!shard) return false;
      homes.delete(member);
      shard.members.delete(member);
      if (shard.members.size === 0) {
        shards.splice(shards.indexOf(shard), 1);
        forgetSent();
      }
      return true;
    },

    /** Has to leave with the next round. */
    push(payload: Payload): void {
      if (homes.size === 0) return;
      queue.push(payload);
      queuedBytes += payload.text.length;
      if (windowMs === 0 || queuedBytes > mostBytes) flush();
    },

    flushSoon,
    /** All members have everything after it. */
    flush,

    close(): void {
      clearTimeout(timer);
      clearImmediate(turn);
    },
  };
}
