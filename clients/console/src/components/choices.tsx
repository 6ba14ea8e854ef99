import { useId } from 'react';
import type { ReactElement } from 'react';
import styles from './choices.module.css';

export type Choice<V extends string> = {
  readonly value: V;
  readonly label: string;
  /** What choosing it means. */
  readonly hint?: string;
  readonly isDisabled?: boolean;
};

type Props<V extends string> = {
  /** What is chosen. */
  label: string;
  options: readonly Choice<V>[];
  chosen: readonly V[];
  onChange: (chosen: V[]) => void;
  /** `one` of them, or as `many` as one likes. */
  kind: 'one' | 'many';
  /** What is wrong with it. */
  problem?: string | null | undefined;
};

/** A few things to choose from, each with what it means. */
export function Choices<V extends string>({ label, options, chosen, onChange, kind, problem }: Props<V>): ReactElement {
  const id = useId();
  function toggle(value: V, isOn: boolean): void {
    if (kind === 'one') return onChange([value]);
    // In the order in which they are shown, whatever was pressed first.
    onChange(options.map((each) => each.value).filter((each) => (each === value ? isOn : chosen.includes(each))));
  }
  return (
    <fieldset className={styles['choices']} aria-describedby={problem ? `${id}-problem` : undefined}>
      <legend>{label}</legend>
      {options.map(({ value, label: said, hint, isDisabled }) => (
        <label key={value} className={styles['choice']}>
          <input
            type={kind === 'one' ? 'radio' : 'checkbox'}
            name={id}
            value={value}
            checked={chosen.includes(value)}
            disabled={isDisabled}
            onChange={({ target }) => toggle(value, target.checked)}
          />
          <span>
            <span className={styles['said']}>{said}</span>
            {hint && <span className={styles['hint']}>{hint}</span>}
          </span>
        </label>
      ))}
      {problem && (
        <p id={`${id}-problem`} className={styles['problem']} role="alert">
          {problem}
        </p>
      )}
    </fieldset>
  );
}
