import { Menu as Base } from '@base-ui/react/menu';
import { Check } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import styles from './menu.module.css';

export type MenuItem = { label: string; icon?: ReactNode; isChosen?: boolean; onSelect: () => void };
export type MenuGroup = { label: string; items: readonly MenuItem[] };

type Props = {
  /** What opens it: the inside of a button. */
  trigger: ReactNode;
  /** For screen readers, where the trigger says no words. */
  label?: string;
  groups: readonly MenuGroup[];
};

/** A button that opens a list of things to do. Arrow keys, first letters, Escape. */
export function Menu({ trigger, label, groups }: Props): ReactElement {
  return (
    <Base.Root>
      <Base.Trigger className={styles['trigger'] ?? ''} aria-label={label}>
        {trigger}
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner sideOffset={6} align="start" className={styles['positioner'] ?? ''}>
          <Base.Popup className={styles['popup'] ?? ''}>
            {groups.map((group) => (
              <Base.Group key={group.label}>
                <Base.GroupLabel className={styles['label'] ?? ''}>{group.label}</Base.GroupLabel>
                {group.items.map(({ label: said, icon, isChosen, onSelect }) => (
                  <Base.Item key={said} className={styles['item'] ?? ''} onClick={onSelect}>
                    {icon}
                    <span className={styles['said']}>{said}</span>
                    {isChosen && <Check aria-hidden />}
                  </Base.Item>
                ))}
              </Base.Group>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
