import { barOf } from '../screen.ts';
import type { Screen } from '../screen.ts';
import type { Out } from './out.ts';

/** What a command says on its way, to people: lines, and a bar below them on a terminal. `below` adds lines under the bar. */
export function screenOf(out: Out, below: () => readonly string[] = () => []): Screen {
  return {
    line: (text) => out.note(text),
    progress: (progress) => out.live.draw(progress === null ? [] : [barOf(progress), ...below()]),
  };
}
