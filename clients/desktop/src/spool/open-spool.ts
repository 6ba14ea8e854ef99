import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { captureBatchMax } from '@sightline/core';
import type { CapturedEvent, CapturedUse, RecordCapture } from '@sightline/core';
import { openJournal } from './journal.ts';
import { takeLock } from './lock.ts';
import { SpoolFullError } from './spool-errors.ts';

/** What was captured without a break, of one source. */
export type CaptureFacts = { captureId: string; sourceId: string; startedAt: string };
type Use = { kind: 'use'; use: CapturedUse };
type Seen = { kind: 'seen'; capture: CaptureFacts; event: CapturedEvent | null; isLast: boolean };
/** The next batch is made of so many of the oldest: decided once, and sent like that however often. */
type Cut = { kind: 'cut'; seq: number; of: 'uses' | 'seen'; count: number };
/** The batch is over: recorded, or refused for good, when its number goes to the next one. */
type Over = { kind: 'over'; isRecorded: boolean };
/** The batch is set aside: what was seen waits elsewhere until `again`, and its number goes to the next one. */
type Aside = { kind: 'aside' };
type Again = { kind: 'again' };
type Head = { kind: 'head'; deviceId: string; lastSeq: number; open: CaptureFacts[] };
/** That a person agreed or took it back, and that the server knows. */
export type ConsentNote = { document: string; version: string; granted: boolean };
type Note = { kind: 'note'; note: ConsentNote };
type Noted = { kind: 'noted' };
type Entry = Head | Use | Seen | Cut | Over | Aside | Again | Note | Noted;

export type Spool = AsyncDisposable & {
  /** Whether another entry has room. */
  readonly hasRoom: boolean;
  /** Throws SpoolFullError where another entry would be too much. */
  requireRoom(): void;
  /** Resolves once it is on the disk itself. Throws SpoolFullError. */
  addUse(use: CapturedUse): Promise<void>;
  addSeen(capture: CaptureFacts, events: readonly CapturedEvent[], isLast: boolean): Promise<void>;
  /** The oldest batch that is not over: the same every time until it is. Null where nothing waits but what is set aside. */
  nextBatch(kinds?: { uses: boolean }): Promise<RecordCapture | null>;
  endBatch(isRecorded: boolean): Promise<void>;
  /** Makes the oldest batch, which was refused, half as long, with the same number. False where there is one entry in it. */
  splitBatch(): Promise<boolean>;
  /** Keeps the oldest batch, which was refused, for another time. False where what is kept like that takes half of the room. */
  setAside(): Promise<boolean>;
  /** Puts what was set aside back where it was. */
  tryAgain(): Promise<void>;
  addNote(note: ConsentNote): Promise<void>;
  /** The oldest note that is not told yet. */
  nextNote(): ConsentNote | null;
  endNote(): Promise<void>;
  /** Uses and events that wait. */
  readonly waitingCount: number;
};

/** Below this, writing everything anew gains nothing. */
const compactBytesMin = 256 * 1024;
const aboutEntryBytes = 1_000;

/**
 * What was used and seen, kept in order on the disk until the server has recorded it. Captures that a killed program left open are
 * ended. Throws ConfigurationError where another program works in the folder.
 */
export async function openSpool({ directory, bytesMax }: { directory: string; bytesMax: number }): Promise<Spool> {
  const unlock = await takeLock(join(directory, 'lock'));
  let deviceId: string = randomUUID();
  let lastSeq = 0;
  const open = new Map<string, CaptureFacts>();
  const uses: Use[] = [];
  let seen: Seen[] = [];
  let aside: Seen[] = [];
  const notes: Note[] = [];
  let cut: Cut | null = null;

  function take(entry: Entry): void {
    if (entry.kind === 'head') {
      ({ deviceId, lastSeq } = entry);
      for (const capture of entry.open) open.set(capture.captureId, capture);
    } else if (entry.kind === 'use') uses.push(entry);
    else if (entry.kind === 'seen') {
      seen.push(entry);
      if (entry.isLast) open.delete(entry.capture.captureId);
      else open.set(entry.capture.captureId, entry.capture);
    } else if (entry.kind === 'note') notes.push(entry);
    else if (entry.kind === 'noted') notes.shift();
    else if (entry.kind === 'cut') cut = entry;
    else if (entry.kind === 'again') putBack();
    else if (entry.kind === 'aside') {
      if (cut?.of === 'seen') for (const one of seen.splice(0, cut.count)) aside.push(one);
      cut = null;
    } else if (cut) {
      (cut.of === 'uses' ? uses : seen).splice(0, cut.count);
      if (entry.isRecorded) lastSeq = cut.seq;
      cut = null;
    }
  }

  function putBack(): void {
    const ids = new Set(aside.map(({ capture }) => capture.captureId));
    // What comes behind something that was set aside was never sent; anything else may have been, and stays as it is.
    if (cut?.of === 'seen' && ids.has(seen[0]?.capture.captureId ?? '')) cut = null;
    const at = cut?.of === 'seen' ? cut.count : 0;
    seen = [...seen.slice(0, at), ...aside, ...seen.slice(at)];
    aside = [];
  }

  const journal = await openJournal(join(directory, 'spool.log'), (entry) => take(entry as Entry)).catch(
    async (error) => {
      await unlock();
      throw error;
    },
  );
  const head = (): Head => ({ kind: 'head', deviceId, lastSeq, open: [...open.values()] });

  async function add(entries: readonly Entry[]): Promise<void> {
    if (entries.length > 0) await journal.add(entries);
  }
  if (journal.bytes === 0) await add([head()]);
  if (aside.length > 0) await add([{ kind: 'again' }]);
  await add([...open.values()].map((capture) => ({ kind: 'seen', capture, event: null, isLast: true }) as const));

  const hasRoom = () => journal.bytes + aboutEntryBytes <= bytesMax;
  /** A small spool is written anew sooner, or what was told long ago would take all of its room. */
  const compactBytes = Math.min(compactBytesMin, bytesMax / 4);
  function requireRoom(): void {
    if (!hasRoom()) throw new SpoolFullError(bytesMax);
  }

  function batchOf({ seq, of, count }: Cut): RecordCapture {
    if (of === 'uses')
      return { deviceId, seq, events: [], usage: uses.slice(0, count).map(({ use }) => use), isLast: false };
    const entries = seen.slice(0, count);
    const events = entries.flatMap(({ event }) => (event ? [event] : []));
    return { deviceId, seq, ...entries[0]!.capture, events, usage: [], isLast: entries.some(({ isLast }) => isLast) };
  }

  return {
    requireRoom,
    get hasRoom() {
      return hasRoom();
    },
    async addUse(use) {
      requireRoom();
      await add([{ kind: 'use', use }]);
    },
    async addSeen(capture, events, isLast) {
      // The end of a capture always has room: without it nothing of what is full would be over.
      if (!isLast) requireRoom();
      const kept: Seen[] = events.map((event) => ({ kind: 'seen', capture, event, isLast: false }));
      await add(isLast ? [...kept, { kind: 'seen', capture, event: null, isLast }] : kept);
    },
    async nextBatch({ uses: withUses } = { uses: true }) {
      if (!cut) {
        const [first] = seen;
        const other = seen.findIndex(({ capture }) => capture.captureId !== first?.capture.captureId);
        const run = other === -1 ? seen.length : other;
        const count = first
          ? Math.min(run, captureBatchMax.events)
          : Math.min(withUses ? uses.length : 0, captureBatchMax.usage);
        if (count === 0) return null;
        await add([{ kind: 'cut', seq: lastSeq + 1, of: first ? 'seen' : 'uses', count }]);
      }
      return cut && batchOf(cut);
    },
    async endBatch(isRecorded) {
      await add([{ kind: 'over', isRecorded }]);
      const isMostlyOver =
        journal.bytes > compactBytes &&
        (uses.length + seen.length + aside.length) * aboutEntryBytes < journal.bytes / 2;
      if (isMostlyOver) await compact();
    },
    async splitBatch() {
      if (!cut || cut.count < 2) return false;
      await add([{ ...cut, count: Math.floor(cut.count / 2) }]);
      return true;
    },
    async setAside() {
      // Uses stay where they are, and count against the room as before.
      if (cut?.of === 'seen' && (aside.length + cut.count) * aboutEntryBytes > bytesMax / 2) return false;
      await add([{ kind: 'aside' }]);
      return true;
    },
    async tryAgain() {
      if (aside.length > 0) await add([{ kind: 'again' }]);
    },
    addNote: (note) => add([{ kind: 'note', note }]),
    nextNote: () => notes[0]?.note ?? null,
    endNote: () => add([{ kind: 'noted' }]),
    get waitingCount() {
      return uses.length + [...seen, ...aside].filter(({ event }) => event).length;
    },
    async [Symbol.asyncDispose]() {
      await journal.close();
      await unlock();
    },
  };

  async function compact(): Promise<void> {
    await journal.replace(() => [head(), ...notes, ...uses, ...asideEntries(), ...seen, ...(cut ? [cut] : [])]);
  }

  /** What is set aside, as it is read again: seen first, and then moved. */
  function asideEntries(): Entry[] {
    if (aside.length === 0) return [];
    return [...aside, { kind: 'cut', seq: lastSeq + 1, of: 'seen', count: aside.length }, { kind: 'aside' }];
  }
}
