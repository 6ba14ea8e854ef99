import type { ButtonHTMLAttributes, ReactElement, ReactNode } from 'react';
import styles from './button.module.css';

type Props = ButtonHTMLAttributes<HTMLButtonElement> & {
  /** `plain` unless said: one `primary` a view, `danger` for what cannot be taken back, `quiet` for icons and rows. */
  look?: 'primary' | 'plain' | 'quiet' | 'danger';
  icon?: ReactNode;
  /** What was asked for is under way: says so to everybody, and takes no second press. */
  isBusy?: boolean;
};

/** A button. One with an icon alone needs `aria-label`. */
export function Button({ look = 'plain', icon, isBusy = false, children, ...rest }: Props): ReactElement {
  const isBare = children === undefined;
  return (
    <button
      type="button"
      {...rest}
      className={`${styles['button']} ${styles[look]} ${isBare ? styles['bare'] : ''} ${rest.className ?? ''}`}
      aria-busy={isBusy || undefined}
      disabled={rest.disabled || isBusy}
    >
      {icon}
      {children}
    </button>
  );
}
