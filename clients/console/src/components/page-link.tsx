import { Link } from '@tanstack/react-router';
import type { ReactElement, ReactNode } from 'react';
import type { PagePath } from '../app/paths.ts';
import button from './button.module.css';

type Props = { to: PagePath; look?: 'link' | 'primary' | 'plain'; className?: string | undefined; children: ReactNode };

/** A link to a page of the console; with a look it is as high as a button. Carries `aria-current` on its own page. */
export function PageLink({ to, look = 'link', className = '', children }: Props): ReactElement {
  const looks = look === 'link' ? '' : `${button['button']} ${button[look]}`;
  return (
    <Link to={to as string} className={`${looks} ${className}`} activeOptions={{ exact: to === '/' }}>
      {children}
    </Link>
  );
}
