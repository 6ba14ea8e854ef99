import type { ReactElement } from 'react';
import { useText } from '../app/text.ts';
import styles from './chart.module.css';
import { text } from './components.text.ts';
import { Table } from './table.tsx';

export type ChartPoint = { readonly key: string; readonly label: string; readonly value: number };

type Props = {
  /** What it shows. */
  title: string;
  points: readonly ChartPoint[];
  kind?: 'bars' | 'line';
  /** Heads of the table that says the same. */
  heads: readonly [label: string, value: string];
  format?: (value: number) => string;
};

/** Values over something. A picture for eyes, and the same as a table for everybody. */
export function Chart({ title, points, kind = 'bars', heads, format = String }: Props): ReactElement {
  const t = useText(text);
  const most = Math.max(1, ...points.map(({ value }) => value));
  const step = 100 / Math.max(1, points.length);
  const height = (value: number) => (value / most) * 38;
  const line = points.map(({ value }, index) => `${(index + 0.5) * step},${39 - height(value)}`).join(' ');
  return (
    <figure className={styles['chart']}>
      <figcaption>{title}</figcaption>
      <svg viewBox="0 0 100 40" preserveAspectRatio="none" className={styles['picture']} aria-hidden>
        {kind === 'line' ? (
          <polyline points={line} className={styles['line']} />
        ) : (
          points.map(({ key, value }, index) => (
            <rect
              key={key}
              className={styles['bar']}
              x={index * step + step * 0.12}
              width={step * 0.76}
              y={39 - height(value)}
              height={height(value)}
            />
          ))
        )}
      </svg>
      <details>
        <summary>{t.asTable}</summary>
        <Table
          caption={title}
          rows={points}
          keyOf={({ key }) => key}
          columns={[
            { key: 'label', head: heads[0], cell: ({ label }) => label },
            { key: 'value', head: heads[1], cell: ({ value }) => format(value), isNumber: true },
          ]}
        />
      </details>
    </figure>
  );
}
