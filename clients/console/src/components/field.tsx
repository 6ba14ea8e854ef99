import { useId } from 'react';
import type { InputHTMLAttributes, ReactElement, ReactNode } from 'react';
import styles from './field.module.css';

type Props = Omit<InputHTMLAttributes<HTMLInputElement>, 'id'> & {
  label: string;
  hint?: ReactNode;
  /** What is wrong with it; announced, and shown in place of the hint. */
  problem?: string | null | undefined;
};

/** One line of text with its label. */
export function Field({ label, hint, problem, ...rest }: Props): ReactElement {
  const id = useId();
  const isTold = Boolean(problem ?? hint);
  return (
    <div className={styles['field']}>
      <label htmlFor={id}>{label}</label>
      <input
        {...rest}
        id={id}
        className={styles['input']}
        aria-invalid={problem ? true : undefined}
        aria-describedby={isTold ? `${id}-told` : undefined}
      />
      {isTold && (
        <p
          id={`${id}-told`}
          className={problem ? styles['problem'] : styles['hint']}
          role={problem ? 'alert' : undefined}
        >
          {problem ?? hint}
        </p>
      )}
    </div>
  );
}
