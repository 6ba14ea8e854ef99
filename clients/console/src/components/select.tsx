import { useId } from 'react';
import type { ReactElement } from 'react';
import styles from './field.module.css';

type Props<V extends string> = {
  label: string;
  /** The label is for screen readers alone. */
  isLabelHidden?: boolean;
  value: V;
  options: readonly { readonly value: V; readonly label: string }[];
  onChange: (value: V) => void;
  disabled?: boolean;
};

/** One of a few. The browser's own, which phones and screen readers know best. */
export function Select<V extends string>({
  label,
  isLabelHidden,
  value,
  options,
  onChange,
  disabled,
}: Props<V>): ReactElement {
  const id = useId();
  return (
    <div className={styles['field']}>
      <label htmlFor={id} className={isLabelHidden ? 'visually-hidden' : undefined}>
        {label}
      </label>
      <select
        id={id}
        className={styles['input']}
        value={value}
        disabled={disabled}
        onChange={({ target }) => onChange(target.value as V)}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </div>
  );
}
