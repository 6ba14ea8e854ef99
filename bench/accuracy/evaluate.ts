import type { Box } from '@sightline/inference/contract';

/** What a person drew. An ignored one need not be found, and finding it is no mistake. */
export type Drawn = { label: string; box: Box; isIgnored: boolean };
export type Seen = { label: string; confidence: number; box: Box };
export type Judged = { drawn: readonly Drawn[]; seen: readonly Seen[] };

export type ClassScore = { label: string; objectCount: number; ap50: number; ap: number };
export type Scores = {
  /** Mean over the classes at IoU 0.5, and over the ten thresholds as well. NaN without a required object. */
  ap50: number;
  ap: number;
  objectCount: number;
  /** Those that have an object which is not ignored, by name. */
  classes: ClassScore[];
};

type Outcome = { confidence: number; isHit: boolean };

/** Per picture, all classes together. */
export const seenCountMax = 100;
const overlapsMin = Array.from({ length: 10 }, (_, index) => (50 + 5 * index) / 100);
/** Recall 0, 0.01 … 1. */
const recallSteps = 100;

/**
 * Mean average precision as COCO defines it for boxes: https://cocodataset.org/#detection-eval, with the matching and
 * the 101-point interpolation of its reference program, `COCOeval` of pycocotools. One difference: that program keeps
 * the 100 surest boxes per picture and class, we per picture, as the definition says and as `/predict` answers.
 *
 * As there, boxes of classes that nobody drew count for nothing, and of two equally sure boxes the one of the earlier
 * picture comes first.
 */
export function evaluate(pictures: readonly Judged[]): Scores {
  const surest = pictures.map(({ drawn, seen }) => ({ drawn, seen: inOrder(seen).slice(0, seenCountMax) }));
  const required = pictures.flatMap(({ drawn }) => drawn.filter(({ isIgnored }) => !isIgnored));
  const classes = [...new Set(required.map(({ label }) => label))].toSorted().map((label) => scoreOf(label, surest));
  return {
    ap50: mean(classes.map(({ ap50 }) => ap50)),
    ap: mean(classes.map(({ ap }) => ap)),
    objectCount: required.length,
    classes,
  };
}

/** The share of required objects that are found at IoU 0.5 by boxes at least this sure. NaN without an object. */
export function recallAt(pictures: readonly Judged[], confidenceMin: number): number {
  let found = 0;
  for (const { drawn, seen } of pictures) {
    const sure = inOrder(seen.filter(({ confidence }) => confidence >= confidenceMin)).slice(0, seenCountMax);
    for (const label of new Set(drawn.map((each) => each.label))) {
      found += match(only(label, drawn), only(label, sure), 0.5).filter(({ isHit }) => isHit).length;
    }
  }
  return found / pictures.flatMap(({ drawn }) => drawn.filter(({ isIgnored }) => !isIgnored)).length;
}

function scoreOf(label: string, pictures: readonly Judged[]): ClassScore {
  const ofClass = pictures.map(({ drawn, seen }) => ({ drawn: only(label, drawn), seen: only(label, seen) }));
  const objectCount = ofClass.flatMap(({ drawn }) => drawn.filter(({ isIgnored }) => !isIgnored)).length;
  const precisions = overlapsMin.map((overlapMin) =>
    averagePrecision(
      ofClass.flatMap(({ drawn, seen }) => match(drawn, seen, overlapMin)),
      objectCount,
    ),
  );
  return { label, objectCount, ap50: precisions[0]!, ap: mean(precisions) };
}

/**
 * Surest first, every box takes the object it overlaps most among those that nobody took. An ignored one is taken only
 * where no required one can be, by as many boxes as like to, and those boxes are not in the answer.
 */
function match(drawn: readonly Drawn[], seen: readonly Seen[], overlapMin: number): Outcome[] {
  const taken = new Set<Drawn>();
  const outcomes: Outcome[] = [];
  for (const { box, confidence } of seen) {
    let best: Drawn | null = null;
    let most = overlapMin;
    for (const object of drawn) {
      if (object.isIgnored || taken.has(object)) continue;
      const overlap = overlapOf(box, object);
      // Of equals the last, as in the reference.
      if (overlap < most) continue;
      most = overlap;
      best = object;
    }
    if (best) taken.add(best);
    else if (drawn.some((object) => object.isIgnored && overlapOf(box, object) >= overlapMin)) continue;
    outcomes.push({ confidence, isHit: best !== null });
  }
  return outcomes;
}

/** The mean over 101 recalls of the best precision that is reached at that recall or beyond. */
function averagePrecision(outcomes: readonly Outcome[], objectCount: number): number {
  let hits = 0;
  const curve = inOrder(outcomes).map(({ isHit }, index) => {
    if (isHit) hits += 1;
    return { hits, precision: hits / (index + 1) };
  });
  for (let index = curve.length - 2; index >= 0; index--) {
    curve[index]!.precision = Math.max(curve[index]!.precision, curve[index + 1]!.precision);
  }
  let total = 0;
  let at = 0;
  for (let step = 0; step <= recallSteps; step++) {
    // In whole numbers: 0.07 × 100 is not 7.
    while (at < curve.length && curve[at]!.hits * recallSteps < step * objectCount) at += 1;
    total += curve[at]?.precision ?? 0;
  }
  return total / (recallSteps + 1);
}

/**
 * Intersection over union. Of an ignored region, over the seen box alone: one person of a crowd covers little of it, and
 * lies in it all the same.
 */
function overlapOf(seen: Box, { box, isIgnored }: Drawn): number {
  const width = Math.min(seen.x + seen.width, box.x + box.width) - Math.max(seen.x, box.x);
  const height = Math.min(seen.y + seen.height, box.y + box.height) - Math.max(seen.y, box.y);
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  const area = seen.width * seen.height;
  return shared / (isIgnored ? area : area + box.width * box.height - shared);
}

const inOrder = <Sure extends { confidence: number }>(list: readonly Sure[]) =>
  list.toSorted((a, b) => b.confidence - a.confidence);
const only = <Named extends { label: string }>(label: string, list: readonly Named[]) =>
  list.filter((each) => each.label === label);
const mean = (values: readonly number[]) => values.reduce((total, value) => total + value, 0) / values.length;
