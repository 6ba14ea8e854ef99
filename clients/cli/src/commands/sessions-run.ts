import { join } from 'node:path';
import type { Client, Event, SessionProfile, Source } from '@sightline/core';
import { defineCommand } from '../command/command.ts';
import type { Context } from '../command/context.ts';
import { exitCode } from '../command/exit-code.ts';
import { eventLine } from '../event-line.ts';
import { findFiles } from '../find-files.ts';
import { folderNameOf } from '../folder-name.ts';
import { createLabelTable } from '../label-table.ts';
import { makeFolder } from '../make-folder.ts';
import { plainText } from '../output/plain-text.ts';
import { screenOf } from '../output/screen-of.ts';
import { uploadedSource } from '../provide-source.ts';
import type { Screen } from '../screen.ts';
import { summaryLines } from '../summary.ts';
import { createTally } from '../tally.ts';
import { WrongArguments } from '../user-mistake.ts';
import { named } from './named.ts';

export const sessionsRun = defineCommand({
  name: 'sessions run',
  summary: 'Watches a folder of pictures, a picture, a video or what an address gives, and tells what is seen',
  details: [
    'On a terminal a bar shows how far it is and a table what is in view. Ctrl-C stops the session and tells what there was.',
    'With --json each event is a line, and the last line is the summary.',
  ],
  arguments: [{ name: 'what', about: 'a folder, file or http(s) address', isOptional: true, offers: 'files' }],
  options: {
    source: { type: 'text', value: 'ID', about: 'a source that is there, in place of a file' },
    profile: {
      type: 'text',
      value: 'PROFILE',
      choices: ['fast', 'accurate', 'cpu-only'],
      about: 'quick, exact, or without an accelerator',
    },
    pipeline: { type: 'list', value: 'NAME', about: 'what runs over it; detect unless given' },
    pictures: { type: 'text', value: 'DIR', about: 'where annotated pictures go' },
    events: { type: 'flag', about: 'a line for each event as well' },
  },
  examples: [
    { line: 'sightline sessions run ./street', about: 'Pictures of a folder' },
    { line: 'sightline sessions run gate.mp4 --pictures seen', about: 'A video, with annotated pictures' },
    {
      line: 'sightline sessions run https://example.com/gate.mp4 --json',
      about: 'What an address gives; events as JSON lines',
    },
    { line: 'sightline sessions run --source src_01', about: 'A source that is there already' },
  ],
  async run(context) {
    const { options, args, out, signal } = context;
    if (args.length > 0 === (options.source !== undefined))
      throw new WrongArguments('Say what to watch: a folder, a file, an address, or --source ID.');
    const client = await context.client();
    const tally = createTally();
    const inView = createLabelTable();
    const screen = screenOf(out, () => inView.lines(out.colours));
    const source = await sourceOf(context, client, screen);
    screen.line(`watching “${source.name}”`);
    const folder = options.pictures === undefined ? null : join(options.pictures, folderNameOf(source.name));
    const pictures = folder === null ? null : await openPictures(client, folder);
    const input = {
      ...(options.profile !== undefined && {
        profile: options.profile.toUpperCase().replace('-', '_') as SessionProfile,
      }),
      ...(options.pipeline.length > 0 && { pipelines: options.pipeline }),
    };
    const onEvent = (event: Event, sinceStartMs: number) => {
      tally.add(event);
      inView.add(event);
      pictures?.add(event);
      screen.refresh();
      if (out.isJson) out.give({ kind: 'event', cursor: event.cursor, event }, () => []);
      else if (options.events) tellEvent(out, event, sinceStartMs);
    };
    const { runSession } = await import('../run-session.ts');
    const run = await runSession({ client, screen, signal, onEvent, input }, source);
    const pictureCount = (await pictures?.finish()) ?? 0;
    const { id: sessionId, state, endReason, endDetail, model, framesRead: frameCount } = run.session;
    const summary = {
      sourceName: source.name,
      sessionId,
      state,
      endReason,
      endDetail,
      model,
      frameCount,
      eventCount: tally.eventCount,
      gapCount: run.gapCount,
      objects: tally.labels(),
      seconds: run.seconds,
      firstEventMs: run.firstEventMs,
      firstObjectMs: run.firstObjectMs,
      pictureCount,
      pictureFolder: pictureCount > 0 ? folder : null,
    };
    out.give({ kind: 'summary', sourceId: source.id, ...summary }, () => summaryLines(summary).map(plainText));
    return state === 'COMPLETED' ? exitCode.done : exitCode.failed;
  },
});

type Asked = Context<{ source: string | undefined }>;

async function sourceOf({ options, args, signal }: Asked, client: Client, screen: Screen): Promise<Source> {
  if (options.source !== undefined) {
    const { source: id } = options;
    return named('source', id, () => client.sources.get(id, { signal }));
  }
  const [what = ''] = args;
  const deps = { client, screen, signal };
  if (!/^https?:\/\//i.test(what)) return uploadedSource(deps, await findFiles(what));
  const { download } = await import('../download.ts');
  await using file = await download(what, { screen, signal });
  return await uploadedSource(deps, await findFiles(file.path));
}

async function openPictures(client: Client, folder: string) {
  // Loaded here: who wants no pictures starts without it. Once the session is stopped, those of what was seen are still wanted.
  await makeFolder(folder);
  const { createPictureWriter } = await import('../pictures/picture-writer.ts');
  return createPictureWriter({ client, folder, signal: new AbortController().signal });
}

function tellEvent(out: Context['out'], event: Event, sinceStartMs: number): void {
  const line = eventLine(event, sinceStartMs);
  if (line) out.give(event, () => [plainText(line)]);
}
