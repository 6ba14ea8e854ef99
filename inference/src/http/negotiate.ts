/**
 * Which of the types on offer an `accept` header asks for most (RFC 9110, 12.5.1); the first where it has no opinion, or
 * none that we can follow. A range such as `image/*` stands for the first type in it.
 */
export function preferredType<Type extends string>(
  accept: string | undefined,
  offered: readonly [Type, ...Type[]],
): Type {
  let [best] = offered;
  let bestQuality = 0;
  for (const range of (accept ?? '').split(',').slice(0, rangesMax)) {
    const [name = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const given = parameters.find((parameter) => parameter.startsWith('q='));
    const quality = given === undefined ? 1 : Number(given.slice(2));
    const type = offered.find((each) => each === name || name === '*/*' || name === `${each.split('/')[0]}/*`);
    if (type === undefined || !(quality > bestQuality)) continue;
    best = type;
    bestQuality = quality;
  }
  return best;
}

/** Headers longer than this are no preference any more. */
const rangesMax = 50;
