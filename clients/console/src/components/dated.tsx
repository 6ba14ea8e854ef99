import type { ReactElement } from 'react';
import { Time } from './time.tsx';

type Props = {
  /** Has `{date}` where the day belongs, so that every language puts it where it wants. */
  sentence: string;
  at: string;
  look?: 'date' | 'both';
};

/** A sentence with a day in it, in the viewer's zone. */
export function Dated({ sentence, at, look = 'date' }: Props): ReactElement {
  const [before, after] = sentence.split('{date}');
  return (
    <span>
      {before}
      <Time at={at} look={look} />
      {after}
    </span>
  );
}
