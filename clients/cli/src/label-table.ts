import type { Event } from '@sightline/core';
import type { Colours } from './output/colours.ts';
import { plainText } from './output/plain-text.ts';
import { tableOf } from './table.ts';

type Row = { tracks: Set<number>; inView: Set<number>; events: number; best: number };

/** More would push what is above it off the screen. */
const rowsMax = 8;

/** What a session sees, as a table that changes while it runs. */
export function createLabelTable() {
  const rows = new Map<string, Row>();
  return {
    add({ label, trackNumber, type, confidence }: Event): void {
      if (label === null || trackNumber === null) return;
      const row = rows.get(label) ?? { tracks: new Set(), inView: new Set(), events: 0, best: 0 };
      rows.set(label, row);
      row.tracks.add(trackNumber);
      if (type === 'OBJECT_LEFT') row.inView.delete(trackNumber);
      else row.inView.add(trackNumber);
      row.events += 1;
      row.best = Math.max(row.best, confidence ?? 0);
    },
    /** Most in view first, then most seen. */
    lines({ bold, dim }: Colours): string[] {
      if (rows.size === 0) return [];
      const sorted = [...rows].sort(([, a], [, b]) => b.inView.size - a.inView.size || b.tracks.size - a.tracks.size);
      const [heading = '', ...table] = tableOf(
        ['seen', 'in view', 'objects', 'events', 'best'],
        sorted
          .slice(0, rowsMax)
          .map(([label, { inView, tracks, events, best }]) => [
            plainText(label),
            inView.size,
            tracks.size,
            events,
            `${Math.round(best * 100)} %`,
          ]),
      );
      const more = rows.size - rowsMax;
      return [bold(heading), ...table, ...(more > 0 ? [dim(`  and ${more} more`)] : [])];
    },
  };
}
