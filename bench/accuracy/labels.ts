import { readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError } from '../lib/input-error.ts';
import { parseCoco } from './parse-coco.ts';
import type { LabelledPicture } from './parse-coco.ts';

type Sample = {
  file: string;
  objects: { label: string; box: [x: number, y: number, width: number, height: number]; hard?: boolean }[];
};

const samples = fileURLToPath(new URL('../../deploy/samples/', import.meta.url));
/** Far more than COCO's 5 000 validation pictures need (20 MB), and less than a string can hold. */
const labelBytesMax = 256 * 1024 * 1024;

/** Pictures with absolute paths, all of which are there. Throws InputError. */
export async function readLabels(options: {
  images?: string | undefined;
  labels?: string | undefined;
}): Promise<LabelledPicture[]> {
  const { images, labels } = options;
  if (images !== undefined && labels === undefined) {
    throw new InputError('--images needs --labels: a COCO JSON file that says what is in the pictures.');
  }
  const folder = images ?? (labels === undefined ? samples : dirname(labels));
  await requireFolder(folder);
  const found = labels === undefined ? await readSamples() : parseCoco(await readJson(labels), labels);
  const pictures = found.map((picture) => ({ ...picture, file: resolve(folder, picture.file) }));
  await requireFiles(pictures, folder);
  return pictures;
}

/** Our own, in a shape of their own. What is hard to see is treated as COCO treats crowds. */
async function readSamples(): Promise<LabelledPicture[]> {
  const pictures = JSON.parse(await readFile(join(samples, 'boxes.json'), 'utf8')) as Sample[];
  return pictures.map(({ file, objects }) => ({
    file,
    size: null,
    objects: objects.map(({ label, box: [x, y, width, height], hard }) => ({
      label,
      box: { x, y, width, height },
      isIgnored: hard === true,
    })),
  }));
}

async function readJson(path: string): Promise<unknown> {
  const { size } = await stat(path).catch((error: Error) => {
    throw new InputError(`The labels cannot be read: ${error.message}`);
  });
  if (size > labelBytesMax) throw new InputError(`${path} is larger than ${labelBytesMax} bytes.`);
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new InputError(`${path} is not JSON: ${error instanceof Error ? error.message : error}`);
  }
}

async function requireFolder(path: string): Promise<void> {
  const found = await stat(path).catch(() => null);
  if (!found?.isDirectory()) throw new InputError(`There is no folder ${path}.`);
}

/** Before anything is started: half an hour later is late to hear of a wrong folder. */
async function requireFiles(pictures: readonly LabelledPicture[], folder: string): Promise<void> {
  const missing: string[] = [];
  for (const { file } of pictures) {
    const found = await stat(file).catch(() => null);
    if (!found?.isFile()) missing.push(file);
  }
  if (missing.length === 0) return;
  const some = missing.slice(0, 3).join(', ');
  throw new InputError(
    `${missing.length} of ${pictures.length} pictures are not in ${folder}, such as ${some}. --images names the folder.`,
  );
}
