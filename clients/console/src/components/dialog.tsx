import { Dialog as Base } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import { useText } from '../app/text.ts';
import { Button } from './button.tsx';
import { text } from './components.text.ts';
import styles from './dialog.module.css';

type Props = {
  title: string;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  children: ReactNode;
  /** Buttons, the one that does it last. */
  actions?: ReactNode;
};

/** A question that has to be answered first. Escape and a press beside it close; the focus goes back where it was. */
export function Dialog({ title, open, onOpenChange, children, actions }: Props): ReactElement {
  const t = useText(text);
  return (
    <Base.Root open={open} onOpenChange={(next) => onOpenChange(next)}>
      <Base.Portal>
        <Base.Backdrop className={styles['backdrop'] ?? ''} />
        <Base.Popup className={styles['popup'] ?? ''}>
          <div className={styles['head']}>
            <Base.Title className={styles['title'] ?? ''}>{title}</Base.Title>
            <Button look="quiet" icon={<X aria-hidden />} aria-label={t.close} onClick={() => onOpenChange(false)} />
          </div>
          {children}
          {actions && <div className={styles['actions']}>{actions}</div>}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
