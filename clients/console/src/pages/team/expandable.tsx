import { useNavigate, useSearch } from '@tanstack/react-router';
import { ChevronRight } from 'lucide-react';
import { useId } from 'react';
import type { ReactElement, ReactNode } from 'react';
import styles from './team.module.css';
import { teamSearch } from './team-search.ts';

type Props = {
  /** What the address calls it. */
  id: string;
  title: string;
  /** Beside its name. */
  facts?: ReactNode;
  actions?: ReactNode;
  /** Made when it is open. */
  children: () => ReactNode;
};

/** A row that opens. Which one is open is in the address. */
export function Expandable({ id, title, facts, actions, children }: Props): ReactElement {
  const panel = useId();
  const navigate = useNavigate();
  const { tab, open } = teamSearch(useSearch({ strict: false }));
  const isOpen = open === id;
  const search = { ...(tab && { tab }), ...(!isOpen && { open: id }) };
  return (
    <li className={styles['item']}>
      <div className={styles['itemHead']}>
        <button
          type="button"
          className={styles['toggle']}
          aria-expanded={isOpen}
          aria-controls={panel}
          onClick={() => void navigate({ to: '/team', search, replace: true, resetScroll: false })}
        >
          <ChevronRight aria-hidden />
          {title}
          {facts}
        </button>
        {actions}
      </div>
      <div id={panel} hidden={!isOpen} className={isOpen ? styles['inside'] : undefined}>
        {isOpen && children()}
      </div>
    </li>
  );
}
