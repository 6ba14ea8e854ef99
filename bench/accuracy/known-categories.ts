import { InputError } from '../lib/input-error.ts';
import type { Model } from './look-at-all.ts';
import type { LabelledPicture } from './parse-coco.ts';

type Known = { pictures: LabelledPicture[]; unknownCount: number };

/**
 * Leaves out objects of categories that the model has no name for, and says which: it cannot find them under any
 * circumstances. Throws InputError when nothing that has to be found is left.
 */
export function requireKnown(pictures: LabelledPicture[], model: Model, say: (text: string) => void): Known {
  const known = new Set(model.labels);
  const objects = pictures.flatMap((picture) => picture.objects);
  const unknown = objects.filter(({ label }) => !known.has(label));
  const names = [...new Set(unknown.map(({ label }) => label))].toSorted().join(', ');
  if (!objects.some(({ label, isIgnored }) => !isIgnored && known.has(label))) {
    throw new InputError(
      objects.length === 0
        ? 'There is not one object in the labels.'
        : `There is nothing to find for ${model.name}, which knows ${listOf(model.labels)}. ` +
            (names ? `Categories it does not know: ${names}.` : 'All objects are crowds.'),
    );
  }
  if (names) say(`  left out, as ${model.name} does not know these categories: ${names}`);
  return {
    pictures: pictures.map((picture) => ({
      ...picture,
      objects: picture.objects.filter(({ label }) => known.has(label)),
    })),
    unknownCount: unknown.filter(({ isIgnored }) => !isIgnored).length,
  };
}

const namesShown = 100;
const listOf = (names: readonly string[]) =>
  names.slice(0, namesShown).join(', ') + (names.length > namesShown ? ', …' : '');
