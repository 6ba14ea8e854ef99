import { defineCommand } from '../command/command.ts';
import { plainText } from '../output/plain-text.ts';
import { uploadedSource } from '../provide-source.ts';
import { findFiles } from '../find-files.ts';
import { screenOf } from '../output/screen-of.ts';
import { named } from './named.ts';
import { wholeList } from './whole-list.ts';

export const sourcesList = defineCommand({
  name: 'sources list',
  summary: 'Lists what can be watched, oldest first',
  options: { limit: { type: 'number', value: 'N', least: 1, most: 100_000, about: 'at most so many' } },
  examples: [
    { line: 'sightline sources list', about: 'All of them' },
    { line: 'sightline sources list --json | jq -r \'select(.kind == "VIDEO").id\'', about: 'Ids of the videos' },
  ],
  async run(context) {
    const { out, signal, options } = context;
    const sources = await wholeList((await context.client()).sources.list({ pageSize: 100, signal }), options.limit);
    out.list(sources, {
      heading: ['id', 'name', 'kind', 'files', 'created'],
      row: ({ id, name, kind, fileCount, createdAt }) => [id, name, kind.toLowerCase(), fileCount, dayOf(createdAt)],
      none: 'No sources yet. Add one: sightline sources add <folder or file>',
    });
  },
});

export const sourcesGet = defineCommand({
  name: 'sources get',
  summary: 'Shows one source',
  arguments: [{ name: 'id', about: 'the id of a source' }],
  examples: [{ line: 'sightline sources get src_01 --json', about: 'For a program; exit code 4 when it is not there' }],
  async run(context) {
    const { out, signal, args } = context;
    const [id = ''] = args;
    const client = await context.client();
    const source = await named('source', id, () => client.sources.get(id, { signal }));
    out.give(source, ({ bold }) => [
      bold(plainText(source.name)),
      `  id        ${source.id}`,
      `  kind      ${source.kind.toLowerCase()}`,
      `  files     ${source.fileCount}`,
      `  interval  ${source.frameIntervalMs} ms`,
      ...(source.path === null ? [] : [`  path      ${plainText(source.path)}`]),
      `  created   ${source.createdAt}`,
    ]);
  },
});

export const sourcesAdd = defineCommand({
  name: 'sources add',
  summary: 'Makes a source of a folder of pictures, a picture or a video',
  details: ['The same files are not sent twice: they give the source that is there already.'],
  arguments: [{ name: 'path', about: 'a folder of pictures, a picture or a video', offers: 'files' }],
  options: {
    interval: { type: 'number', value: 'MS', least: 1, most: 3_600_000, about: 'milliseconds between two pictures' },
  },
  examples: [
    { line: 'sightline sources add ./street', about: 'Pictures of a folder, in the order of their names' },
    { line: 'sightline sources add gate.mp4 --json', about: 'A video; its id in JSON' },
  ],
  async run(context) {
    const { out, signal, args, options } = context;
    const found = await findFiles(args[0] ?? '');
    const client = await context.client();
    const source = await uploadedSource({ client, screen: screenOf(out), signal }, found, options.interval);
    out.give(source, () => [`${source.id}  ${plainText(source.name)}`]);
  },
});

const dayOf = (time: string) => time.slice(0, 10);
