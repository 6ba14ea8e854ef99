import { progressEvery, progressMs } from '../../../shared-source.ts';
import type { SharedItem, SharedSource } from '../../../shared-source.ts';
import type { Frames } from './frames.ts';
import { createShards } from './shards.ts';

/** Where the frames of one reader go. */
export type Sink = {
  /** Writes all of them. False: full, and nothing more may come before `drained` resolves. */
  write(frames: Frames): boolean;
  /** Tells its reader where it is though nothing came; the same is answered. Left out: nothing but results can be told. */
  tellCursor?(cursor: string): boolean;
  /** Resolves when there is room again, or nobody left to write to. */
  drained(): Promise<void>;
};

/** How a reader would do the work by itself; the group asks any of its members to do it for all. */
export type Reader = {
  readonly sink: Sink;
  /** The result as JSON. Null: it has errors, and their words are for each reader alone. */
  render(item: unknown): Promise<string | null>;
  /** Surrounds what is done for this reader. */
  within<Value>(work: () => Value): Value;
};

type Member = { readonly reader: Reader; readonly cursor: bigint; leave(cursor: bigint | null): void };
export type Group = ReturnType<typeof createGroup>;

type Deps = {
  source: SharedSource;
  /** Shortest time between two writes to the same readers, in milliseconds: what comes meanwhile leaves together. */
  windowMs: number;
  /** How many readers are written to before anything else is done. */
  shardSize?: number | undefined;
  onResult(): void;
  onFrames(count: number): void;
  onEmpty(): void;
};

/**
 * Readers of one source at one position. Each item is executed and turned into text once, and written to all of them. Who
 * cannot take more leaves, at a known number, and catches up by itself.
 */
export function createGroup({ source, windowMs, shardSize, onResult, onFrames, onEmpty }: Deps) {
  const members = createShards<Member>({
    windowMs,
    shardSize,
    onFrames,
    write(member, frames) {
      if (!member.reader.sink.write(frames)) member.leave(position);
    },
  });
  /** Readers who know later events than the group does, as from another server. */
  const ahead = new Set<Member>();
  let position = source.position;
  let isPumping = false;
  /** Up to here members know from what they got, or were told. */
  let told = position;
  let toldAt = -Infinity;
  let tellTimer: NodeJS.Timeout | undefined;
  const stopListening = source.listen(() => void pump());

  const size = () => members.size + ahead.size;

  function leaveAll(cursorOf: (member: Member) => bigint | null): void {
    for (const member of [...members, ...ahead]) member.leave(cursorOf(member));
  }

  function closeIfEmpty(): void {
    if (size() > 0) return;
    members.close();
    clearTimeout(tellTimer);
    stopListening();
    onEmpty();
  }

  /** Takes along who is not ahead of `seq` any more. */
  function admit(isDue: (cursor: bigint) => boolean): void {
    for (const member of ahead) {
      if (!isDue(member.cursor)) continue;
      members.add(member);
      ahead.delete(member);
    }
  }

  async function add({ seq, item }: SharedItem): Promise<void> {
    const [one] = members;
    const text = one ? await one.reader.within(() => one.reader.render(item)) : null;
    admit((cursor) => cursor < seq);
    // Nobody was there to do it, or each has to do it for themselves.
    if (text === null) return leaveMembers();
    onResult();
    position = seq;
    told = seq;
    members.push({ text, cursor: String(seq) });
  }

  function leaveMembers(): void {
    members.flush();
    for (const member of [...members]) member.leave(position);
  }

  /** Tells members where they are when nothing came to them for long. */
  async function tellPosition(): Promise<void> {
    if (size() === 0 || tellTimer || position - told < progressEvery) return;
    const waitMs = toldAt + progressMs - performance.now();
    if (waitMs > 0) {
      tellTimer = setTimeout(() => {
        tellTimer = undefined;
        toldAt = -Infinity;
        void pump();
      }, waitMs);
      return;
    }
    toldAt = performance.now();
    told = position;
    const item = source.progressAt(position);
    if (item !== null) return add({ seq: position, item });
    members.flush();
    const cursor = String(position);
    for (const member of [...members]) {
      if (member.reader.sink.tellCursor?.(cursor) === false) member.leave(position);
    }
  }

  /** Reads on while there is more, for all. */
  async function pump(): Promise<void> {
    if (isPumping) return;
    isPumping = true;
    try {
      await tellPosition();
      members.flushSoon();
      while (size() > 0 && source.position > position) {
        const [one] = members.size > 0 ? members : ahead;
        const page = await one!.reader.within(() => source.page(position));
        if (!page) return leaveAll(() => null);
        for (const each of page.items) {
          if (size() > 0) await add(each);
          if (each.seq > position) position = each.seq;
        }
        if (page.reached > position) position = page.reached;
        admit((cursor) => cursor <= position);
        await tellPosition();
        members.flushSoon();
      }
    } catch {
      // Whoever reads by themselves meets the same, and is told.
      members.flush();
      leaveAll(({ cursor }) => (cursor > position ? cursor : position));
    } finally {
      isPumping = false;
    }
  }

  return {
    get position() {
      return position;
    },

    /** See `Company`. */
    join(reader: Reader, cursor: bigint, signal: AbortSignal): Promise<bigint | null> {
      const { promise, resolve } = Promise.withResolvers<bigint | null>();
      const leave = (reached: bigint | null) => {
        if (!members.delete(member) && !ahead.delete(member)) return;
        signal.removeEventListener('abort', onAbort);
        closeIfEmpty();
        resolve(reached);
      };
      const onAbort = () => leave(cursor);
      const member: Member = { reader, cursor, leave };
      // Counted before what waits is flushed: should that fill everybody else, the group must not close under this one.
      ahead.add(member);
      if (cursor === position) {
        members.add(member);
        ahead.delete(member);
      }
      signal.addEventListener('abort', onAbort);
      if (signal.aborted) onAbort();
      void pump();
      return promise;
    },
  };
}
