import type { Look, SeenOutput } from './look.ts';
import { symmetric, unchanged } from './verdict.ts';
import type { Preparation, Verdict } from './verdict.ts';

type Boxes = { output: SeenOutput; format: 'xyxy' | 'yxyx' | 'cxcywh'; isNormalized: boolean; isGuess: boolean };

/** Boxes that are offsets from anchors need those anchors, which no file says. */
export const needsAnchors =
  'its boxes are no finished boxes but offsets from anchors, which the file does not name: write `output: { kind: "ssd", … }` with its anchors by hand';

/**
 * Finished boxes beside scores: a score a class and box (UltraFace, SSD with its boxes decoded), or after overlaps were
 * suppressed one score and one class number a box. A text says why it nearly was.
 */
export function recognizeBoxes(look: Look): Extract<Verdict, { task: 'detection' }> | string | null {
  const { input, outputs } = look;
  const floats = outputs.filter(({ type }) => type !== 'string');
  const boxesOutput =
    floats.find(({ name, dims }) => dims.at(-1) === 4 && /box|loc/i.test(name)) ??
    floats.find(({ dims }) => dims.length >= 2 && dims.length <= 3 && dims.at(-1) === 4);
  if (!boxesOutput)
    return floats.some(({ name, dims }) => /box|loc/i.test(name) && (dims.at(-1) ?? 0) > 4) ? needsAnchors : null;
  const rowCount = boxesOutput.dims.at(-2) ?? null;
  const others = floats.filter((output) => output !== boxesOutput && hasRows(output, rowCount));
  const scores =
    others.find(({ name, type }) => /score|conf|prob/i.test(name) && isFloat(type)) ??
    others.find(({ type }) => isFloat(type));
  if (!scores) return null;
  const isPerBox = rowLengthOf(scores, rowCount) === 1;
  const classes = isPerBox
    ? others.find((output) => output !== scores && (/class|label|cls/i.test(output.name) || !isFloat(output.type)))
    : undefined;
  const boxes = readBoxes(boxesOutput, look);
  if (!boxes) return needsAnchors;

  const classLength = rowLengthOf(scores, rowCount);
  // TensorFlow's detection API and torchvision count classes from 1: 0 is the background, of which they tell nothing.
  const isFromOne = classes !== undefined && /^(detection_classes|labels)$/.test(classes.name);
  const hasBackground = isFromOne || (!isPerBox && scores.madeBy === 'Softmax');
  const activation =
    isPerBox || ['Softmax', 'Sigmoid'].includes(scores.madeBy) || areProbabilities(scores) ? 'none' : 'sigmoid';
  const isUltraFace = hasBackground && classLength === 2 && input.width * 3 === input.height * 4;
  const where = `'${boxes.output.name}' holds boxes as ${boxes.format} in ${boxes.isNormalized ? 'fractions' : 'pixels'}${boxes.isGuess ? ' (a guess: nothing was found in the picture it was tried on)' : ''}`;
  return {
    family: isUltraFace ? 'UltraFace' : 'boxes and scores',
    because: `${where}, '${scores.name}' ${isPerBox ? 'a score a box' : `${classLength} scores a box${hasBackground ? ', the first for the background' : ''}`}${classes ? `, '${classes.name}' its class${isFromOne ? ', counted from 1' : ''}` : ''}`,
    task: 'detection',
    output: {
      kind: 'boxes-scores',
      boxes: boxes.output.name,
      scores: scores.name,
      ...(classes && { classes: classes.name }),
      format: boxes.format,
      isNormalized: boxes.isNormalized,
      hasBackground,
      activation,
    },
    classCount: classes ? null : isPerBox ? 1 : classLength === null ? null : classLength - (hasBackground ? 1 : 0),
    ...(isUltraFace && { labels: ['face'] }),
    thresholds: isUltraFace
      ? { confidence: 0.7, candidate: 0.5, overlap: 0.3 }
      : { confidence: 0.4, candidate: 0.25, overlap: 0.5 },
    preparation: preparationOf(look, isUltraFace),
  };
}

function preparationOf({ input }: Look, isUltraFace: boolean): Preparation {
  const letterbox = { align: 'stretch', pad: 0 } as const;
  if (isUltraFace) {
    return { normalization: { channels: 'rgb', mean: [127, 127, 127], std: [128, 128, 128] }, letterbox };
  }
  return { normalization: input.type === 'uint8' ? unchanged('rgb') : symmetric, letterbox };
}

const isFloat = (type: string) => type.startsWith('float');

const rowLengthOf = ({ dims }: SeenOutput, rowCount: number | null): number | null =>
  dims.length >= 2 && (dims.at(-2) ?? null) === rowCount && dims.length === 3
    ? (dims.at(-1) ?? null)
    : lastOf(dims, rowCount);

/** `[n]` and `[1, n]` have one number a box, `[n, c]` has c. */
function lastOf(dims: SeenOutput['dims'], rowCount: number | null): number | null {
  if (dims.length <= 1) return 1;
  if (dims.length === 2 && dims[0] === 1 && (dims[1] ?? null) === rowCount) return 1;
  return dims.at(-1) ?? null;
}

function hasRows({ dims }: SeenOutput, rowCount: number | null): boolean {
  if (dims.length === 3) return (dims[1] ?? null) === rowCount;
  return dims.length >= 1 && dims.length <= 2 && dims.some((size) => (size ?? null) === rowCount);
}

function areProbabilities({ data }: SeenOutput): boolean {
  return data !== null && data.length > 0 && data.every((value) => value >= 0 && value <= 1);
}

/** Tells the format by what holds of nearly every box. Null when no format fits. */
function readBoxes(output: SeenOutput, { input, facts }: Look): Boxes | null {
  const { data, name } = output;
  const isTensorFlow = name === 'detection_boxes' || (/tf2onnx/i.test(facts.producer) && input.layout === 'nhwc');
  const corners = isTensorFlow ? 'yxyx' : 'xyxy';
  if (!data || data.length === 0) return { output, format: corners, isNormalized: isTensorFlow, isGuess: true };
  let ordered = 0;
  let positive = 0;
  let largest = 0;
  for (let at = 0; at < data.length; at += 4) {
    const [a = 0, b = 0, c = 0, d = 0] = data.subarray(at, at + 4);
    // After suppression some networks fill up with zeros.
    if (c >= a && d >= b) ordered += 1;
    if (c >= 0 && d >= 0) positive += 1;
    largest = Math.max(largest, Math.abs(a), Math.abs(b), Math.abs(c), Math.abs(d));
  }
  const enough = 0.95 * (data.length / 4);
  const isNormalized = largest <= 4;
  if (ordered >= enough) return { output, format: corners, isNormalized, isGuess: false };
  if (positive >= enough) return { output, format: 'cxcywh', isNormalized, isGuess: false };
  return null;
}
