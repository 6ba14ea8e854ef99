import type { LoadRequest } from './load.ts';
import type { Load, Subject } from './subject.ts';

export type Measured = Load & {
  /** CPU of the first subject divided by CPU of this one, round by round; the median. */
  ratioToFirst: number;
};

type Plan = {
  request: (subject: Subject) => LoadRequest;
  warmUp: number;
  amount: number;
  rounds: number;
  say: (text: string) => void;
};

/**
 * Loads the subjects in turn, round after round, and compares within each round: whatever else the machine does then
 * hits all of them alike.
 */
export async function compare(
  subjects: Subject[],
  { request, warmUp, amount, rounds, say }: Plan,
): Promise<Map<string, Measured>> {
  for (const subject of subjects) {
    say(`  warming up ${subject.name}`);
    await subject.load(request(subject), warmUp);
  }
  const loads = new Map<string, Load[]>(subjects.map(({ name }) => [name, []]));
  for (let round = 1; round <= rounds; round += 1) {
    say(`  round ${round} of ${rounds}`);
    for (const subject of subjects) loads.get(subject.name)!.push(await subject.load(request(subject), amount));
  }
  const first = loads.get(subjects[0]!.name)!;
  return new Map(
    [...loads].map(([name, list]) => [
      name,
      {
        cpuMicroseconds: median(list.map(({ cpuMicroseconds }) => cpuMicroseconds)),
        requestsPerSecond: median(list.map(({ requestsPerSecond }) => requestsPerSecond)),
        ratioToFirst: median(list.map(({ cpuMicroseconds }, round) => first[round]!.cpuMicroseconds / cpuMicroseconds)),
      },
    ]),
  );
}

export function median(values: number[]): number {
  const ordered = values.toSorted((a, b) => a - b);
  const middle = Math.floor(ordered.length / 2);
  return ordered.length % 2 === 1 ? ordered[middle]! : (ordered[middle - 1]! + ordered[middle]!) / 2;
}
