import { useRef, useState } from 'react';
import type { KeyboardEvent, ReactElement } from 'react';
import { useLocale } from '../../app/settings.ts';
import { useText } from '../../app/text.ts';
import { useFormats } from '../../components/formats.ts';
import type { Bar, Step } from './event-range.ts';
import { text } from './text.ts';
import styles from './timeline.module.css';

const looks: Readonly<Record<Step, Intl.DateTimeFormatOptions>> = {
  minute: { hour: '2-digit', minute: '2-digit' },
  hour: { weekday: 'short', hour: '2-digit', minute: '2-digit' },
  day: { day: 'numeric', month: 'short' },
};

type Props = {
  bars: readonly Bar[];
  step: Step;
  /** Null where a bar is too short to be looked at alone. */
  onChoose: ((bar: Bar) => void) | null;
};

/** How much happened when, a bar for each step. Arrow keys go from bar to bar, and Enter looks at one alone. */
export function Timeline({ bars, step, onChoose }: Props): ReactElement {
  const t = useText(text);
  const { count } = useFormats();
  const locale = useLocale();
  const [current, setCurrent] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const at = Math.min(current, bars.length - 1);
  const most = Math.max(1, ...bars.map((bar) => bar.count));
  const format = new Intl.DateTimeFormat(locale, looks[step]);
  function onKeyDown(event: KeyboardEvent): void {
    const next = nextOf(event.key, at, bars.length);
    if (next === null) return;
    event.preventDefault();
    setCurrent(next);
    list.current?.querySelectorAll('button')[next]?.focus();
  }
  const ends = [bars[0], bars[Math.floor(bars.length / 2)], bars.at(-1)];
  return (
    <div className={styles['timeline']}>
      <div ref={list} className={styles['bars']} role="toolbar" aria-label={t.timeline} onKeyDown={onKeyDown}>
        {bars.map((bar, index) => {
          const said = t.bar(format.format(bar.from), bar.count === 1 ? t.one : t.total(count(bar.count)));
          return (
            <button
              key={bar.from.getTime()}
              type="button"
              className={styles['bar']}
              tabIndex={index === at ? 0 : -1}
              aria-label={said}
              title={said}
              aria-disabled={onChoose === null || undefined}
              onFocus={() => setCurrent(index)}
              onClick={() => onChoose?.(bar)}
            >
              <span style={{ height: `${bar.count > 0 ? Math.max(4, (bar.count / most) * 100) : 0}%` }} />
            </button>
          );
        })}
      </div>
      <div className={styles['scale']} aria-hidden>
        {ends.map((bar, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- three places
          <span key={index}>{bar && format.format(index === 2 ? bar.to : bar.from)}</span>
        ))}
      </div>
    </div>
  );
}

function nextOf(key: string, at: number, length: number): number | null {
  if (key === 'ArrowRight') return Math.min(length - 1, at + 1);
  if (key === 'ArrowLeft') return Math.max(0, at - 1);
  if (key === 'Home') return 0;
  return key === 'End' ? length - 1 : null;
}
