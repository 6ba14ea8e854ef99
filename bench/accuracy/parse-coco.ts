import type { Box } from '@sightline/inference/contract';
import { InputError } from '../lib/input-error.ts';
import type { Drawn } from './evaluate.ts';

export type LabelledPicture = {
  file: string;
  /** Pixels, where the labels say it. */
  size: { width: number; height: number } | null;
  objects: Drawn[];
};

type Fields = Record<string, unknown>;

const pictureCountMax = 200_000;

/**
 * Labels in COCO's format: `images` with `id` and `file_name`, `categories` with `id` and `name`, and `annotations` with
 * `image_id`, `category_id`, `bbox` as x, y, width and height in pixels, and `iscrowd`. Throws InputError, which names
 * `source` and the first thing that is wrong.
 */
export function parseCoco(json: unknown, source: string): LabelledPicture[] {
  const fail = (problem: string): never => {
    throw new InputError(`${source} is not in COCO's format: ${problem}.`);
  };
  const listOf = (name: string): Fields[] => {
    const list = isFields(json) ? json[name] : undefined;
    if (!Array.isArray(list)) return fail(`"${name}" is not a list`);
    const odd = list.findIndex((each) => !isFields(each));
    return odd === -1 ? (list as Fields[]) : fail(`${name}[${odd}] is not an object`);
  };

  const names = new Map<unknown, string>();
  for (const [index, { id, name }] of listOf('categories').entries()) {
    if (!isId(id) || typeof name !== 'string') fail(`categories[${index}] needs an id and a name`);
    else names.set(id, name);
  }
  const images = listOf('images');
  if (images.length > pictureCountMax) fail(`more than ${pictureCountMax} images`);
  const pictures = new Map<unknown, LabelledPicture>();
  for (const [index, { id, file_name: file, width, height }] of images.entries()) {
    if (!isId(id) || typeof file !== 'string' || file === '')
      return fail(`images[${index}] needs an id and a file_name`);
    if (pictures.has(id)) return fail(`images[${index}] has the id ${id} of an earlier one`);
    const size = typeof width === 'number' && typeof height === 'number' ? { width, height } : null;
    pictures.set(id, { file, size, objects: [] });
  }
  for (const [index, annotation] of listOf('annotations').entries()) {
    const picture = pictures.get(annotation.image_id);
    const label = names.get(annotation.category_id);
    const box = boxOf(annotation.bbox);
    if (!picture) return fail(`annotations[${index}].image_id is that of no image`);
    if (label === undefined) return fail(`annotations[${index}].category_id is that of no category`);
    if (!box) return fail(`annotations[${index}].bbox is not [x, y, width, height]`);
    picture.objects.push({ label, box, isIgnored: annotation.iscrowd === 1 || annotation.iscrowd === true });
  }
  return [...pictures.values()];
}

function boxOf(value: unknown): Box | null {
  if (!Array.isArray(value) || value.length !== 4 || !value.every((side) => Number.isFinite(side))) return null;
  const [x, y, width, height] = value as [number, number, number, number];
  return width < 0 || height < 0 ? null : { x, y, width, height };
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isId = (value: unknown): value is string | number => typeof value === 'string' || typeof value === 'number';
