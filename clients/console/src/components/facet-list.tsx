import type { ReactElement } from 'react';
import { useFormats } from './formats.ts';
import styles from './facet-list.module.css';

export type Facet = {
  readonly value: string;
  readonly label: string;
  /** Null while it is not known. */
  readonly count: number | null;
};

type Props = {
  /** What they have in common. */
  title: string;
  facets: readonly Facet[];
  chosen: readonly string[];
  onToggle: (value: string) => void;
};

/** Values of one kind with how often there are, of which some may be chosen. Nothing where there is none. */
export function FacetList({ title, facets, chosen, onToggle }: Props): ReactElement | null {
  const { count: format } = useFormats();
  const most = Math.max(1, ...facets.map(({ count }) => count ?? 0));
  if (facets.length === 0) return null;
  return (
    <fieldset className={styles['facets']}>
      <legend>{title}</legend>
      {facets.map(({ value, label, count }) => (
        <label key={value} className={styles['facet']}>
          <input type="checkbox" checked={chosen.includes(value)} onChange={() => onToggle(value)} />
          <span className={styles['label']}>{label}</span>
          <span className={styles['count']}>{count !== null && format(count)}</span>
          <span className={styles['share']} aria-hidden>
            <span style={{ width: `${((count ?? 0) / most) * 100}%` }} />
          </span>
        </label>
      ))}
    </fieldset>
  );
}
