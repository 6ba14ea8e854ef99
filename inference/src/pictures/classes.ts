/** What turns the numbers of a classifier into confidences. */
export type Activation = 'none' | 'softmax' | 'sigmoid';

export type NamedClass = { label: string; /** 0 to 1 */ confidence: number };

/** Confidences in memory of their own: what an engine gives may be a part of something larger. */
export function confidencesOf(values: Float32Array, activation: Activation): Float32Array {
  const scores = Float32Array.from(values);
  if (activation === 'sigmoid') return scores.map((value) => 1 / (1 + Math.exp(-value)));
  if (activation === 'none') return scores.map((value) => Math.min(1, Math.max(0, value)));
  // Against the largest: the exponential of a hundred is no 32-bit float.
  const largest = scores.reduce((most, value) => Math.max(most, value), -Infinity);
  let sum = 0;
  for (let index = 0; index < scores.length; index++) {
    const weight = Math.exp((scores[index] ?? 0) - largest);
    scores[index] = weight;
    sum += weight;
  }
  return scores.map((weight) => weight / sum);
}

type Choice = { confidenceMin: number; labels?: readonly string[] | undefined; max: number };

/** The likeliest classes by name, surest first. */
export function likeliest(scores: Float32Array, names: readonly string[], choice: Choice): NamedClass[] {
  const { confidenceMin, labels, max } = choice;
  const wanted = labels && new Set(labels);
  const nameOf = (index: number) => names[index] ?? `class-${index}`;
  return [...scores.keys()]
    .filter((index) => (scores[index] ?? 0) >= confidenceMin && (wanted?.has(nameOf(index)) ?? true))
    .sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0))
    .slice(0, max)
    .map((index) => ({ label: nameOf(index), confidence: scores[index] ?? 0 }));
}
