import { barOf } from '../screen.ts';
import type { Progress, Screen } from '../screen.ts';
import type { Out } from './out.ts';

/**
 * What a command says on its way, to people: lines, and a bar below them on a terminal. `below` adds lines under the bar, which
 * `refresh` shows anew.
 */
export function screenOf(out: Out, below: () => readonly string[] = () => []): Screen & { refresh(): void } {
  let shown: Progress | null = null;
  const refresh = () => out.live.draw([...(shown ? [barOf(shown)] : []), ...below()]);
  return {
    line: (text) => out.note(text),
    progress(progress) {
      shown = progress;
      if (progress === null) out.live.draw([]);
      else refresh();
    },
    refresh,
  };
}
