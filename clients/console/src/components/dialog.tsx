import { X } from 'lucide-react';
import { useId, useLayoutEffect, useRef } from 'react';
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

/**
 * A question that has to be answered first. Escape and a press beside it close; the focus goes to what is to be filled in, and back where
 * it was. The browser's own: what is opened last is in front, and everything behind it is out of reach.
 */
export function Dialog({ open, ...rest }: Props): ReactElement | null {
  // Nothing of it is kept while it is closed: neither what was written nor what was refused.
  return open ? <OpenDialog {...rest} /> : null;
}

function OpenDialog({ title, onOpenChange, children, actions }: Omit<Props, 'open'>): ReactElement {
  const t = useText(text);
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  const content = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const { current } = dialog;
    current?.showModal();
    content.current?.querySelector<HTMLElement>('input, select, textarea')?.focus();
    return () => current?.close();
  }, []);
  const close = () => onOpenChange(false);
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions, jsx-a11y/click-events-have-key-events -- keys have Escape
    <dialog
      ref={dialog}
      className={styles['dialog']}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
      // Not `click`: marking text and letting go beside it is none.
      onPointerDown={({ target }) => {
        if (target === dialog.current) close();
      }}
    >
      <div ref={content} className={styles['inside']}>
        <div className={styles['head']}>
          <h2 id={id} className={styles['title']}>
            {title}
          </h2>
          <Button look="quiet" icon={<X aria-hidden />} aria-label={t.close} onClick={close} />
        </div>
        {children}
        {actions && <div className={styles['actions']}>{actions}</div>}
      </div>
    </dialog>
  );
}
