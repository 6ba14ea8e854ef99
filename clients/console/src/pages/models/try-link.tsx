import { Link } from '@tanstack/react-router';
import type { ReactElement, ReactNode } from 'react';
import button from '../../components/button.module.css';

/** To the playground, with this model chosen. */
export function TryLink({
  model,
  label,
  children,
}: {
  model: string;
  label: string;
  children: ReactNode;
}): ReactElement {
  return (
    <Link
      to="/playground"
      search={{ model }}
      aria-label={label}
      className={`${button['button']} ${button['plain'] ?? ''}`}
    >
      {children}
    </Link>
  );
}
