import { indexOfBest } from './outputs.ts';

export type Scores = {
  /** What makes probabilities of them. */
  activation: 'none' | 'sigmoid' | 'softmax';
  /** Whether class 0 means that there is nothing; the others then count from 1. */
  hasBackground: boolean;
};

/** The best class of a row of scores that starts at `start`, or null below `floor`. The same object every time. */
export type ReadClass = (scores: Float32Array, start: number, floor: number) => Readonly<ClassFound> | null;
type ClassFound = { classIndex: number; confidence: number };

export function createReadClass({ activation, hasBackground }: Scores, classCount: number): ReadClass {
  const first = hasBackground ? 1 : 0;
  const found: ClassFound = { classIndex: 0, confidence: 0 };
  let knownFloor = Number.NaN;
  let scoreMin = -Infinity;

  return (scores, start, floor) => {
    if (floor !== knownFloor) {
      knownFloor = floor;
      // The activation turned round: exponentials are then only computed for the few rows that matter.
      scoreMin = activation === 'none' ? floor : Math.log(floor / (1 - floor)) - 1e-6;
    }
    const at = indexOfBest(scores, start + first, start + classCount);
    const best = scores[at] as number;
    // Against the background alone a softmax is a sigmoid of the difference; the other classes only make it less.
    const margin = activation === 'softmax' && hasBackground ? best - (scores[start] as number) : best;
    if ((activation !== 'softmax' || hasBackground) && !(margin >= scoreMin)) return null;
    found.classIndex = at - start - first;
    if (activation === 'none') found.confidence = best;
    else if (activation === 'sigmoid') found.confidence = 1 / (1 + Math.exp(-best));
    else found.confidence = 1 / sumOfExp(scores, start, start + classCount, best);
    return found.confidence >= floor ? found : null;
  };
}

function sumOfExp(values: Float32Array, start: number, end: number, shift: number): number {
  let sum = 0;
  for (let index = start; index < end; index++) sum += Math.exp((values[index] as number) - shift);
  return sum;
}
