/**
 * Tokens of one run, padding included. Attention takes memory by the square of a text's length: 64 texts of 256 tokens at
 * once would be 200 MB a layer, and seconds during which nobody else's turn comes.
 */
export const tokensPerRunMax = 4_096;

/**
 * Which texts share a run, by index, given how many tokens they have. Texts of a length go together: each is padded to the
 * longest of its run, and padding costs as much as text.
 */
export function planRuns(tokenCounts: readonly number[]): number[][] {
  const runs: number[][] = [];
  let run: number[] = [];
  const longestFirst = tokenCounts.map((_, index) => index).sort((a, b) => countAt(b) - countAt(a));
  let longest = 0;
  for (const index of longestFirst) {
    if (run.length === 0) longest = countAt(index);
    else if ((run.length + 1) * longest > tokensPerRunMax) {
      runs.push(run);
      run = [];
      longest = countAt(index);
    }
    run.push(index);
  }
  if (run.length > 0) runs.push(run);
  return runs;

  function countAt(index: number): number {
    return tokenCounts[index] ?? 0;
  }
}
