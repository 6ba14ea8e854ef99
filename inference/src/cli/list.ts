import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { CatalogueEntry } from '../models/catalogue.ts';
import { readModelFolder } from '../models/model-files.ts';
import { listInstalled } from '../models/registry/installed-names.ts';
import { exitCodes, printJson } from './command.ts';
import type { Command, CommandDeps } from './command.ts';
import { bytesAsText, table } from './format.ts';

type Row = {
  name: string;
  task: string;
  /** Those installed, highest first; the one that can be had otherwise. */
  versions: string[];
  /** Of the highest of them; null where it runs elsewhere. */
  byteSize: number | null;
  /** Bytes that `add` would download; null where it would not. */
  downloadBytes: number | null;
  licence: string;
  state: 'installed' | 'available' | 'newer available' | 'damaged';
  summary: string;
};

/** What is installed, and what can be. Weights are not looked at: that is what `verify` does. */
export const list: Command = async (deps, _names, { json }) => {
  const installed = listInstalled(deps.modelsDirectory).map(({ name }) => name);
  const rows = await Promise.all(installed.map((name) => installedRow(deps, name)));
  for (const entry of deps.catalogue) if (!installed.includes(entry.name)) rows.push(availableRow(entry));
  if (json) printJson(deps, { modelsDirectory: deps.modelsDirectory, models: rows });
  else {
    const cells = rows.map((row) => [
      row.name,
      row.task,
      row.versions.join(', '),
      sizeOf(row),
      // What each of them is for is in the config and in --json.
      row.licence.replaceAll(/\s*\([^)]*\)/g, ''),
      row.summary ? `${row.state}: ${row.summary}` : row.state,
    ]);
    deps.print(
      `${table(['name', 'task', 'version', 'size', 'licence', 'state'], cells)}\n\nInstalled ones are in ${deps.modelsDirectory}. Others come with: npm run models -- add <name>`,
    );
  }
  return exitCodes.done;
};

async function installedRow({ modelsDirectory, catalogue }: CommandDeps, name: string): Promise<Row> {
  const entry = catalogue.find((known) => known.name === name);
  const summary = entry?.summary ?? '';
  const downloadBytes = null;
  try {
    const folder = await readModelFolder(modelsDirectory, name);
    const [highest = ''] = folder?.versions ?? [];
    if (!folder || !highest) throw new Error('It has no version.');
    const { config, versions } = folder;
    const isRemote = config.engine.kind === 'remote';
    const byteSize = isRemote ? null : (await stat(join(modelsDirectory, name, highest, 'model.onnx'))).size;
    const isOld = entry !== undefined && !isRemote && Number(entry.version) > Number(highest);
    const state = isOld ? 'newer available' : 'installed';
    return {
      name,
      task: config.task,
      versions: [...versions],
      byteSize,
      downloadBytes,
      licence: config.licence,
      state,
      summary,
    };
  } catch {
    return {
      name,
      task: entry?.config.task ?? '?',
      versions: [],
      byteSize: null,
      downloadBytes,
      licence: '?',
      state: 'damaged',
      summary,
    };
  }
}

function availableRow({ name, version, summary, source, byteSize, config }: CatalogueEntry): Row {
  const downloadBytes = source.kind === 'made' ? 0 : source.byteSize;
  const { task, licence } = config;
  return { name, task, versions: [version], byteSize, downloadBytes, licence, state: 'available', summary };
}

function sizeOf({ byteSize, downloadBytes }: Row): string {
  if (byteSize === null) return '-';
  const download = downloadBytes ? ` (${bytesAsText(downloadBytes)} to fetch)` : '';
  return `${bytesAsText(byteSize)}${download}`;
}
