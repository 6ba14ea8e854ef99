import { Link } from '@tanstack/react-router';
import type { ReactElement, ReactNode } from 'react';
import type { PagePath } from '../app/paths.ts';
import button from './button.module.css';

type Props = {
  to: PagePath;
  /** What the page reads from its address. */
  search?: Readonly<Record<string, string>>;
  look?: 'link' | 'primary' | 'plain';
  className?: string | undefined;
  children: ReactNode;
};

/** A link to a page of the console; with a look it is as high as a button. Carries `aria-current` on its own page. */
export function PageLink({ to, search, look = 'link', className = '', children }: Props): ReactElement {
  const looks = look === 'link' ? '' : `${button['button']} ${button[look]}`;
  return (
    <Link
      to={to as string}
      {...(search && { search: search as never })}
      className={`${looks} ${className}`}
      activeOptions={{ exact: to === '/' }}
    >
      {children}
    </Link>
  );
}
