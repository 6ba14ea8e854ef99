import type { Session, SessionState } from '@sightline/core';
import { defineCommand } from '../command/command.ts';
import { plainText } from '../output/plain-text.ts';
import { named, narrowedBy } from './named.ts';
import { wholeList } from './whole-list.ts';

const states = Object.keys({
  queued: true,
  starting: true,
  running: true,
  stopping: true,
  completed: true,
  stopped: true,
  failed: true,
} satisfies Record<Lowercase<SessionState>, true>);

export const sessionsList = defineCommand({
  name: 'sessions list',
  summary: 'Lists sessions, oldest first',
  options: {
    source: { type: 'text', value: 'ID', about: 'only of this source' },
    state: { type: 'list', value: 'STATE', choices: states, about: 'only those' },
    limit: { type: 'number', value: 'N', least: 1, most: 100_000, about: 'at most so many' },
  },
  examples: [{ line: 'sightline sessions list --state running', about: 'What is being watched now' }],
  async run(context) {
    const { out, signal, options } = context;
    const filter = {
      ...(options.source !== undefined && { sourceId: options.source }),
      ...(options.state.length > 0 && { states: options.state.map((each) => each.toUpperCase() as SessionState) }),
    };
    const client = await context.client();
    const ids = options.source === undefined ? [] : [options.source];
    const ask = () => wholeList(client.sessions.list({ pageSize: 100, filter, signal }), options.limit);
    out.list(await narrowedBy(ids, ask), {
      heading: ['id', 'source', 'state', 'frames', 'events', 'started'],
      row: ({ id, source, state, framesRead, eventCount, startedAt }) => [
        id,
        source?.name ?? '',
        state.toLowerCase(),
        framesRead,
        eventCount,
        startedAt ?? '',
      ],
      none: 'No sessions. Run one: sightline sessions run <folder or file>',
    });
  },
});

export const sessionsGet = defineCommand({
  name: 'sessions get',
  summary: 'Shows one session; with --follow until it ends',
  arguments: [{ name: 'id', about: 'the id of a session' }],
  options: { follow: { type: 'flag', short: 'f', about: 'whenever it changes, until it ends' } },
  examples: [{ line: 'sightline sessions get ses_01 --follow --json', about: 'A JSON value for each change' }],
  async run(context) {
    const { out, signal, args, options } = context;
    const [id = ''] = args;
    const client = await context.client();
    const session = await named('session', id, () => client.sessions.get(id, { signal }));
    const tell = (each: Session) => out.give(each, () => [lineOf(each)]);
    const { isFinal } = await import('@sightline/core');
    if (!options.follow || isFinal(session)) return tell(session);
    for await (const each of client.sessions.watch(id, { signal })) tell(each);
  },
});

export const sessionsStop = defineCommand({
  name: 'sessions stop',
  summary: 'Ends a session',
  arguments: [{ name: 'id', about: 'the id of a session' }],
  examples: [{ line: 'sightline sessions stop ses_01', about: 'Twice changes nothing' }],
  async run(context) {
    const { out, signal, args } = context;
    const [id = ''] = args;
    const client = await context.client();
    const session = await named('session', id, () => client.sessions.stop(id, { signal }));
    out.give(session, () => [lineOf(session)]);
  },
});

function lineOf({ id, source, state, framesRead, framesTotal, eventCount, endDetail }: Session): string {
  const frames = framesTotal === null ? `${framesRead}` : `${framesRead} of ${framesTotal}`;
  const why = endDetail === null ? '' : `, ${plainText(endDetail)}`;
  return `${id}  ${plainText(source?.name ?? '')}  ${state.toLowerCase()}${why}  ${frames} frames, ${eventCount} events`;
}
