import type { Client, Event, EventFilter, FeedItem } from '@sightline/core';
import { defineCommand } from '../command/command.ts';
import type { Colours } from '../output/colours.ts';
import { plainText } from '../output/plain-text.ts';
import { UserMistake, WrongArguments } from '../user-mistake.ts';
import { filterOf, filterOptions } from './event-filter.ts';
import { narrowedBy } from './named.ts';

export const eventsTail = defineCommand({
  name: 'events tail',
  summary: 'Shows what happened, and with --follow what happens',
  details: [
    'With --after everything behind a cursor comes, oldest first; without it the last few. Each line has its cursor: give the',
    'last one you have, and nothing is missed and nothing comes twice. What retention removed meanwhile is told as a gap.',
  ],
  options: {
    follow: { type: 'flag', short: 'f', about: 'go on as things happen' },
    after: { type: 'text', value: 'CURSOR', about: 'start behind this event; 0 for everything kept' },
    lines: {
      type: 'number',
      short: 'n',
      value: 'N',
      least: 0,
      most: 10_000,
      fallback: 10,
      about: 'how many before now',
    },
    ...filterOptions,
  },
  examples: [
    { line: 'sightline events tail', about: 'The last ten' },
    { line: 'sightline events tail --follow --label person', about: 'People, as they come' },
    { line: 'sightline events tail --follow --after 4711 --json >> events.ndjson', about: 'Go on where a file ends' },
  ],
  async run(context) {
    const { options, out, signal } = context;
    const { after, follow, lines } = options;
    if (after !== undefined && !/^\d{1,18}$/.test(after))
      throw new WrongArguments('--after is the cursor of an event, a number.');
    const filter = filterOf(options);
    const client = await context.client();
    const tell = (item: FeedItem) => {
      if (item.kind === 'gap') {
        out.note(`events ${item.fromSeq} to ${item.toSeq} were removed by retention before they were read`);
        if (out.isJson) out.give(item, () => []);
      } else
        out.give({ kind: 'event', cursor: item.cursor, event: item.event }, (colours) => [lineOf(item.event, colours)]);
    };
    // Before anything is shown: what happens from here on is live.
    const now = (await client.events.lastCursor({ signal })) ?? '0';
    await narrowedBy([...options.source, ...options.session], async () => {
      if (after === undefined) for (const item of await lastOf(client, { filter, lines, now, signal })) tell(item);
      else if (!follow) await tellUntil(client, { after, now, filter, signal, tell });
      if (!follow) return;
      for await (const item of client.events.subscribe({ after: after ?? now, filter, signal })) tell(item);
    });
    if (follow && !signal.aborted) throw new UserMistake('The server ended the feed.');
  },
});

type Wanted = { filter: EventFilter | undefined; lines: number; now: string; signal: AbortSignal };

/** The newest `lines` that pass, in the order they happened. Cursors are numbers: so it looks back further each time, and not from the start. */
async function lastOf(client: Client, { filter, lines, now, signal }: Wanted): Promise<FeedItem[]> {
  if (lines === 0) return [];
  const newest = Number(now);
  for (let back = lines; ; back *= 10) {
    const after = Math.max(0, newest - back);
    const kept: Event[] = [];
    for await (const event of client.events.list({
      pageSize: 100,
      after: `${after}`,
      signal,
      ...(filter && { filter }),
    })) {
      if (Number(event.cursor) > newest) break;
      kept.push(event);
      if (kept.length > lines) kept.shift();
    }
    if (kept.length >= lines || after === 0)
      return kept.map((event) => ({ kind: 'event', event, cursor: event.cursor }));
  }
}

type Stretch = {
  after: string;
  /** Where the feed was when somebody asked. */
  now: string;
  filter: EventFilter | undefined;
  signal: AbortSignal;
  tell: (item: FeedItem) => void;
};

/** Everything behind a cursor that was there when it was asked for. */
async function tellUntil(client: Client, { after, now, filter, signal, tell }: Stretch): Promise<void> {
  if (BigInt(after) >= BigInt(now)) return;
  for await (const event of client.events.list({ pageSize: 100, after, signal, ...(filter && { filter }) })) {
    if (BigInt(event.cursor) > BigInt(now)) return;
    tell({ kind: 'event', event, cursor: event.cursor });
  }
}

const verbs = {
  SESSION_STARTED: 'session started',
  SESSION_ENDED: 'session ended',
  OBJECT_ENTERED: 'entered',
  OBJECT_UPDATED: 'moved',
  OBJECT_LEFT: 'left',
} as const;

/** An event as one line, its cursor first. */
function lineOf(event: Event, { dim, green, yellow, cyan }: Colours): string {
  const { cursor, occurredAt, label, trackNumber, confidence, source, type } = event;
  const what = label === null ? verbs[type] : `${plainText(label)} ${trackNumber ?? ''} ${verbs[type]}`;
  const colour =
    type === 'OBJECT_ENTERED' ? green : type === 'OBJECT_LEFT' ? yellow : type === 'OBJECT_UPDATED' ? dim : cyan;
  const sure = confidence === null ? '' : `  ${Math.round(confidence * 100)} %`;
  return `${dim(cursor.padStart(8))}  ${dim(occurredAt)}  ${colour(what)}${sure}${source ? dim(`  ${plainText(source.name)}`) : ''}`;
}
