import { Tabs as Base } from '@base-ui/react/tabs';
import type { ReactElement, ReactNode } from 'react';
import styles from './tabs.module.css';

type Props = {
  label: string;
  value: string;
  onChange: (value: string) => void;
  tabs: readonly { readonly value: string; readonly label: string; readonly panel: ReactNode }[];
};

/** Parts of a page of which one is seen. Keep `value` in the address, so that it can be linked to. */
export function Tabs({ label, value, onChange, tabs }: Props): ReactElement {
  return (
    <Base.Root value={value} onValueChange={(next) => onChange(String(next))}>
      <Base.List className={styles['list'] ?? ''} aria-label={label}>
        {tabs.map((tab) => (
          <Base.Tab key={tab.value} value={tab.value} className={styles['tab'] ?? ''}>
            {tab.label}
          </Base.Tab>
        ))}
      </Base.List>
      {tabs.map((tab) => (
        <Base.Panel key={tab.value} value={tab.value} className={styles['panel'] ?? ''}>
          {tab.panel}
        </Base.Panel>
      ))}
    </Base.Root>
  );
}
