import { InputError } from '../lib/input-error.ts';
import { moreIsBetter } from '../lib/report.ts';
import type { Row } from '../lib/report.ts';
import { evaluate, recallAt } from './evaluate.ts';
import type { Judged } from './evaluate.ts';

type Judgement = {
  judged: Judged[];
  /** The model's own threshold. */
  confidenceMin: number;
  recallGoal: number | null;
  /** Objects of categories that the model does not know. */
  unknownCount: number;
  /** What is wrong with the pictures that were left out. */
  misfits: string[];
};

/** Throws InputError when there was nothing to find. */
export function rowsOf({ judged, confidenceMin, recallGoal, unknownCount, misfits }: Judgement): Row[] {
  const { ap, ap50, objectCount, classes } = evaluate(judged);
  if (objectCount === 0) {
    throw new InputError(
      `No picture with an object is left: ${misfits.slice(0, 3).join('; ')}. Are they scaled copies?`,
    );
  }
  const recall = recallAt(judged, confidenceMin);
  return [
    plain('mAP@0.5:0.95', ap, 'mAP'),
    plain('mAP@0.5', ap50, 'mAP'),
    moreIsBetter(`recall at the model's own threshold, ${confidenceMin}`, recall, 'of 1', recallGoal && 1, recallGoal),
    plain('pictures', judged.length, 'pictures'),
    plain('objects', objectCount, 'objects'),
    ...(unknownCount ? [plain('  left out: of unknown categories', unknownCount, 'objects')] : []),
    ...(misfits.length ? [plain('  left out: not as large as their labels say', misfits.length, 'pictures')] : []),
    ...classes.flatMap((each) => [
      plain(`  ${each.label} (${each.objectCount}), AP@0.5:0.95`, each.ap, 'AP'),
      plain(`  ${each.label} (${each.objectCount}), AP@0.5`, each.ap50, 'AP'),
    ]),
  ];
}

const plain = (metric: string, value: number, unit: string): Row => moreIsBetter(metric, value, unit, null, null);
