import { SidecarError } from '../../errors.ts';
import type { ConfigDraft } from '../config-draft.ts';
import { recognizeBoxes } from './boxes-and-scores.ts';
import { detectionFamilies } from './detection-families.ts';
import type { Look } from './look.ts';
import { recognizeVector } from './picture-vectors.ts';
import type { Normalization, Task, Triple, Verdict } from './verdict.ts';

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
/** A config but for where the model comes from. */
export type TaskDraft = DistributiveOmit<ConfigDraft, 'licence' | 'source'>;

/** What a person says about a network that it does not say itself. */
export type Overrides = {
  task?: Task | undefined;
  /** A list by class number, or the name of a known one. */
  labels?: string[] | 'coco-80' | 'imagenet-1k' | undefined;
  mean?: Triple | undefined;
  std?: Triple | undefined;
  channels?: 'rgb' | 'bgr' | undefined;
  threshold?: number | undefined;
};

export type Decision = {
  draft: TaskDraft;
  /** What was found, and why. */
  found: string[];
  /** What no file says: the defaults that were taken, and what to check by hand. */
  byHand: string[];
};

const knownLabelCounts: Record<string, number> = { 'coco-80': 80, 'imagenet-1k': 1_000 };
/** Class numbers that networks with lists of their own use. */
const unknownClassCount = 100;

/** Without a picture, or of no known family: tensors in, tensors out. */
export function decideTensors(reason: string): Decision {
  return { draft: { task: 'tensors' }, found: [`Task: tensors, as ${reason}.`], byHand: [] };
}

/** Writes the config that the look of a network calls for. Throws MODEL_INVALID when `overrides` contradict it. */
export function decide(look: Look, overrides: Overrides): Decision {
  const verdict = recognize(look, overrides.task);
  if (typeof verdict === 'string') return decideTensors(verdict);
  const { width, height, layout, type } = look.input;
  const normalization: Normalization = {
    channels: overrides.channels ?? verdict.preparation.normalization.channels,
    mean: overrides.mean ?? verdict.preparation.normalization.mean,
    std: overrides.std ?? verdict.preparation.normalization.std,
  };
  if (type === 'uint8' && (overrides.channels === 'bgr' || overrides.mean || overrides.std)) {
    throw invalid('The network takes raw RGB bytes: --channels, --mean and --std do not apply.');
  }
  const input = {
    width,
    height,
    tensor:
      type === 'uint8' ? { kind: 'uint8-nhwc-rgb' as const } : { kind: `float32-${layout}` as const, ...normalization },
    letterbox: verdict.preparation.letterbox,
  };
  const found = [`Task: ${verdict.task}, family: ${verdict.family}: ${verdict.because}.`];
  const byHand = type === 'uint8' ? [] : [describeNormalization(verdict, normalization, overrides)];
  const { align, pad } = input.letterbox;
  byHand.push(
    `Placement of pictures in the input: ${align}${align === 'stretch' || align === 'crop' ? '' : `, grey level ${pad} around them`}.`,
  );
  if (verdict.task === 'image-embedding')
    return { draft: { task: verdict.task, input, output: verdict.output }, found, byHand };

  const labels = labelsFor(verdict, overrides.labels, look);
  byHand.push(labels.note);
  if (verdict.task === 'classification') {
    return { draft: { task: verdict.task, labels: labels.value, input, output: verdict.output }, found, byHand };
  }
  const confidence = overrides.threshold ?? verdict.thresholds.confidence;
  const thresholds = {
    ...verdict.thresholds,
    confidence,
    candidate: Math.min(confidence, verdict.thresholds.candidate),
  };
  byHand.push(
    `Thresholds: confidence ${confidence}, candidate ${thresholds.candidate}, overlap ${thresholds.overlap}${overrides.threshold === undefined ? ' (usual for the family; --threshold sets the first)' : ''}.`,
  );
  return {
    draft: { task: verdict.task, labels: labels.value, input, output: verdict.output, thresholds },
    found,
    byHand,
  };
}

/** A verdict, or why there is none. */
function recognize(look: Look, task: Task | undefined): Verdict | string {
  if (task === 'text-embedding') {
    throw invalid('A text embedding needs its vocabulary, which is no part of the file: see docs/models.md.');
  }
  let almost: string | null = null;
  if (task === undefined || task === 'detection') {
    for (const family of detectionFamilies) {
      const verdict = family(look);
      if (verdict) return verdict;
    }
    const boxes = recognizeBoxes(look);
    if (boxes && typeof boxes !== 'string') return boxes;
    almost = boxes;
  }
  if (task === undefined || task === 'classification' || task === 'image-embedding') {
    const vector = recognizeVector(look, task ?? null);
    if (vector) return vector;
  }
  const shapes = look.outputs
    .map(({ name, dims }) => `${name} [${dims.map((size) => size ?? '?').join(', ')}]`)
    .join(', ');
  const reason = almost ?? `its outputs are those of no family that is known here (${shapes})`;
  if (task !== undefined) throw invalid(`It cannot be used for ${task}: ${reason}.`);
  return reason;
}

function labelsFor(
  verdict: Extract<Verdict, { classCount: unknown }>,
  given: Overrides['labels'],
  { facts }: Look,
): { value: string[] | 'coco-80' | 'imagenet-1k'; note: string } {
  const { classCount } = verdict;
  if (given !== undefined) {
    const count = typeof given === 'string' ? knownLabelCounts[given] : given.length;
    if (classCount !== null && count !== classCount) {
      throw invalid(`There are ${count} labels, but the network tells ${classCount} classes apart.`);
    }
    return { value: given, note: `Labels: ${typeof given === 'string' ? given : `the ${count} you gave`}.` };
  }
  const written = labelsInNotes(facts.notes, classCount);
  if (written) return { value: written, note: `Labels: the ${written.length} written in the file.` };
  const fixed = verdict.task === 'detection' ? verdict.labels : undefined;
  if (fixed && fixed.length === classCount) return { value: fixed, note: `Labels: ${fixed.join(', ')}.` };
  if (classCount === 80 && verdict.task === 'detection')
    return { value: 'coco-80', note: 'Labels: coco-80, as there are 80 classes (--labels <file> for others).' };
  if (classCount === 1_000 && verdict.task === 'classification') {
    return {
      value: 'imagenet-1k',
      note: 'Labels: imagenet-1k, as there are 1000 classes (--labels <file> for others).',
    };
  }
  const count = classCount ?? unknownClassCount;
  const value = Array.from({ length: count }, (_, index) => `class-${index}`);
  const which = count === 1 ? 'class-0' : `class-0 to class-${count - 1}`;
  return { value, note: `Labels: ${which}, as the file names none: give yours with --labels <file>, one a line.` };
}

/** Some exporters write `names` as a Python dictionary: `{0: 'person', 1: "bird's nest"}`. */
function labelsInNotes(notes: ReadonlyMap<string, string>, classCount: number | null): string[] | null {
  const text = notes.get('names');
  if (text === undefined) return null;
  const found = [...text.matchAll(/(\d+)\s*:\s*(?:'([^']*)'|"([^"]*)")/g)];
  const labels = found.map(([, , single, double]) => single ?? double ?? '');
  const isInOrder = found.every(([, index], at) => Number(index) === at);
  const isRight =
    isInOrder && labels.length > 0 && labels.every(Boolean) && (classCount === null || labels.length === classCount);
  return isRight ? labels : null;
}

function describeNormalization(
  { family }: Verdict,
  { channels, mean, std }: Normalization,
  overrides: Overrides,
): string {
  const isAllGiven = overrides.channels && overrides.mean && overrides.std;
  const source = isAllGiven
    ? 'as you said'
    : `${overrides.channels || overrides.mean || overrides.std ? 'in part as you said, the rest' : 'which is'} usual for ${family}; no file says it: --channels, --mean, --std`;
  return `Normalization: (${channels.toUpperCase()} - ${mean.join(', ')}) ÷ ${std.join(', ')}, ${source}.`;
}

const invalid = (message: string) => new SidecarError('MODEL_INVALID', message);
