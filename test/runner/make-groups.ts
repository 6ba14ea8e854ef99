import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the suites of files that share a process begin. */
export const groupModule = fileURLToPath(new URL('group.ts', import.meta.url));
/** How many files share a process: enough to save most of the loading, few enough that all processors have work to the end. */
const filesPerGroup = 8;
/**
 * Where files load the whole server, a second of work for each process, or hardly anything. A folder comes in when all of it was
 * seen to pass in one process.
 */
const folders = ['server/src/', 'test/api/', 'test/db/'];
/**
 * What belongs to a whole process: whoever changes it, measures it, begins at once, or takes longer than others needs one of their
 * own. It is looked for in the text of the file.
 */
const ofTheProcess =
  /process\.(?:env(?:\[[^\]]+\]|\.\w+) *=[^=]|chdir|on\(|once\(|cpuUsage|memoryUsage)|delete process\.env|\bmock\.|globalThis|\bgc\(|^(?:const .* = )?await |performance\.now|own-time|stackTraceLimit|\btimeout:/m;

/** Where the files of a group are, beside the module that runs them. */
export const membersOf = (groupPath: string) => `${groupPath}.json`;

/** Whether this is a module that runs a group, and no test file by itself. */
export const isGroup = (path: string) => path.endsWith('.group.mjs');

/**
 * Puts test files that can share a process together, as modules below `folder` that run them, and leaves all others as they
 * are. `files` are relative to `root`.
 */
export async function makeGroups(root: string, files: readonly string[], folder: string): Promise<string[]> {
  const mayShare = await Promise.all(files.map((file) => canShare(root, file)));
  const alone = files.filter((_file, index) => !mayShare[index]);
  const shared = files.filter((_file, index) => mayShare[index]);
  await mkdir(folder, { recursive: true });
  const groups: string[] = [];
  for (const area of folders) {
    const inArea = shared.filter((file) => file.startsWith(area)).map((file) => join(root, file));
    const count = Math.ceil(inArea.length / filesPerGroup);
    for (let at = 0; at < count; at += 1) {
      // Neighbours are alike, and slow ones among them: each group takes some of all.
      const members = inArea.filter((_file, index) => index % count === at);
      const path = join(folder, `${area.replaceAll('/', '-')}${String(at).padStart(2, '0')}.group.mjs`);
      const given = `${JSON.stringify(root)}, ${JSON.stringify(members)}`;
      await writeFile(path, `import { group } from ${JSON.stringify(groupModule)};\ngroup(${given});\n`);
      await writeFile(membersOf(path), JSON.stringify(members));
      groups.push(path);
    }
  }
  return [...groups, ...alone];
}

async function canShare(root: string, file: string): Promise<boolean> {
  if (!folders.some((area) => file.startsWith(area))) return false;
  return !ofTheProcess.test(await readFile(join(root, file), 'utf8'));
}
