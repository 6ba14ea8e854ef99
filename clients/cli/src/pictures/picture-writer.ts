import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client, Event } from '@sightline/core';
import { annotate } from './annotate.ts';
import type { Mark } from './annotate.ts';

type Deps = { client: Client; folder: string; signal: AbortSignal };

// A long video would fill a disk with pictures nobody looks at.
const maxPictures = 500;

/**
 * Writes one annotated picture into a folder that is there for each frame that an event shows, while the session runs.
 * A picture shows every object in view: those the frame has news of, and those that stayed where they were.
 */
export function createPictureWriter({ client, folder, signal }: Deps) {
  const inView = new Map<number, Mark>();
  let frame: { index: number; event: Event } | null = null;
  let writing: Promise<unknown> = Promise.resolve();
  let count = 0;

  function flush(): void {
    if (!frame || count >= maxPictures) return;
    const { index, event } = frame;
    const marks = [...inView.values()];
    frame = null;
    count += 1;
    // One after the other: the pictures must not slow down the events, nor pile up in memory.
    writing = writing.then(() => write(index, event, marks));
    // Kept for `finish`, which throws it; until then it must not count as unhandled.
    writing.catch(() => {});
  }

  async function write(index: number, event: Event, marks: Mark[]): Promise<void> {
    const picture = await client.events.snapshot(event, { signal });
    if (!picture) return;
    await writeFile(join(folder, `frame-${String(index + 1).padStart(4, '0')}.jpg`), await annotate(picture, marks));
  }

  return {
    /** Takes the events of one session in order. */
    add(event: Event): void {
      const { frameIndex, trackNumber, label, confidence, box } = event;
      if (frameIndex === null || trackNumber === null || label === null || !box) return;
      if (frame && frame.index !== frameIndex) flush();
      if (event.type === 'OBJECT_LEFT') return void inView.delete(trackNumber);
      inView.set(trackNumber, { trackNumber, label, confidence: confidence ?? 0, box });
      if (event.snapshot) frame ??= { index: frameIndex, event };
    },

    /** Waits until everything is written; how many pictures there are. */
    async finish(): Promise<number> {
      flush();
      await writing;
      return count;
    },
  };
}
