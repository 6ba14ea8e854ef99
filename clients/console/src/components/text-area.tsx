import { useId } from 'react';
import type { ReactElement, TextareaHTMLAttributes } from 'react';
import styles from './field.module.css';
import own from './text-area.module.css';

type Props = Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, 'id'> & { label: string };

/** Several lines of text with their label. */
export function TextArea({ label, ...rest }: Props): ReactElement {
  const id = useId();
  return (
    <div className={styles['field']}>
      <label htmlFor={id}>{label}</label>
      <textarea {...rest} id={id} className={`${styles['input']} ${own['area']}`} />
    </div>
  );
}
