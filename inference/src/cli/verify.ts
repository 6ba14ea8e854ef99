import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { SidecarError } from '../errors.ts';
import { checkVersion, filesBeside, readModelFolder } from '../models/model-files.ts';
import { listInstalled } from '../models/registry/installed-names.ts';
import { exitCodes, printJson } from './command.ts';
import type { Command, CommandDeps } from './command.ts';
import { table } from './format.ts';

type Finding = { name: string; version: string; isGood: boolean; problem: string | null };

/** Reads every file of the models again and holds it against its digest. */
export const verify: Command = async (deps, names, { json }) => {
  const wanted = names.length > 0 ? names : listInstalled(deps.modelsDirectory).map(({ name }) => name);
  const findings: Finding[] = [];
  for (const name of wanted) {
    deps.signal.throwIfAborted();
    findings.push(...(await verifyOne(deps, name)));
  }
  const isGood = findings.every((finding) => finding.isGood);
  if (json) printJson(deps, { isGood, models: findings });
  else if (findings.length === 0) deps.print(`There are no models in ${deps.modelsDirectory}.`);
  else {
    const rows = findings.map(({ name, version, problem }) => [name, version, problem ?? 'good']);
    const repair = isGood ? '' : '\n\nnpm run models -- add <name> fetches a model of the catalogue again.';
    deps.print(`${table(['name', 'version', 'state'], rows)}${repair}`);
  }
  return isGood ? exitCodes.done : exitCodes.failed;
};

async function verifyOne({ modelsDirectory, catalogue }: CommandDeps, name: string): Promise<Finding[]> {
  const bad = (version: string, problem: string): Finding => ({ name, version, isGood: false, problem });
  try {
    const folder = await readModelFolder(modelsDirectory, name);
    if (!folder) return [bad('-', 'missing: it is not installed')];
    if (folder.config.engine.kind === 'remote') return [{ name, version: '-', isGood: true, problem: null }];
    for (const file of filesBeside(folder.config)) {
      const isThere = await access(join(folder.directory, file)).then(
        () => true,
        () => false,
      );
      if (!isThere) return [bad('-', `missing: ${file}, which its config names`)];
    }
    const entry = catalogue.find((known) => known.name === name);
    const findings: Finding[] = [];
    for (const version of folder.versions) {
      const found = await checkVersion(folder, version).catch((error: unknown) => reasonOf(error));
      if (typeof found === 'string') findings.push(bad(version, found));
      else if (entry?.version === version && entry.digest !== found.digest) {
        findings.push(bad(version, `damaged: its digest is ${found.digest}, the catalogue has ${entry.digest}`));
      } else findings.push({ name, version, isGood: true, problem: null });
    }
    return findings;
  } catch (error) {
    return [bad('-', reasonOf(error))];
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof SidecarError) return error.message;
  throw error;
}
