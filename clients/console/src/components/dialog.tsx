import { X } from 'lucide-react';
import { useId } from 'react';
import type { ReactElement, ReactNode } from 'react';
import { useText } from '../app/text.ts';
import { Button } from './button.tsx';
import { text } from './components.text.ts';
import styles from './dialog.module.css';
import { Modal } from './modal.tsx';

type Props = {
  title: string;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  children: ReactNode;
  /** Buttons, the one that does it last. */
  actions?: ReactNode;
};

/** A question that has to be answered first: see `Modal`. Nothing of it is kept while it is closed, neither what was written nor refused. */
export function Dialog({ title, open, onOpenChange, children, actions }: Props): ReactElement | null {
  const t = useText(text);
  const id = useId();
  if (!open) return null;
  const close = () => onOpenChange(false);
  return (
    <Modal labelledBy={id} onClose={close}>
      <div className={styles['inside']}>
        <div className={styles['head']}>
          <h2 id={id} className={styles['title']}>
            {title}
          </h2>
          <Button look="quiet" icon={<X aria-hidden />} aria-label={t.close} onClick={close} />
        </div>
        {children}
        {actions && <div className={styles['actions']}>{actions}</div>}
      </div>
    </Modal>
  );
}
